// What the test runners reported, counted.

import { z } from 'zod';

export const vitestParts = ['unit', 'contract', 'scenarios', 'integration', 'timing'] as const;
export const parts = ['checks', ...vitestParts, 'e2e'] as const;
export type Part = (typeof parts)[number];

/** A test that was skipped, and a part or file that did not run, count as failed and are named in `notRun`. */
export interface Total {
  passed: number;
  failed: number;
  notRun: string[];
}

/** Splits a command line into the parts it names (all when it names none) and what is passed on to the runners. */
export function chooseParts(args: string[]): { chosen: Part[]; filters: string[] } {
  const isPart = (arg: string): arg is Part => parts.some((part) => part === arg);
  const chosen = args.filter(isPart);
  return { chosen: chosen.length > 0 ? chosen : [...parts], filters: args.filter((arg) => !isPart(arg)) };
}

/** The part of `npm test` that a test file belongs to, by its folder. */
export function partOf(file: string): Exclude<Part, 'checks'> {
  const folder = /\/test\/([^/]+)\//.exec(file)?.[1];
  return [...vitestParts, 'e2e' as const].find((part) => part === folder) ?? 'unit';
}

/** The JSON reporter of Vitest 4. */
const vitestReportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export function countVitest(report: unknown): Map<Part, Total> {
  const totals = new Map<Part, Total>();
  for (const file of vitestReportSchema.parse(report).testResults) {
    const total = totals.get(partOf(file.name)) ?? { passed: 0, failed: 0, notRun: [] };
    totals.set(partOf(file.name), total);
    for (const { fullName, status } of file.assertionResults) {
      if (status === 'passed') total.passed += 1;
      else if (status === 'failed') total.failed += 1;
      else total.notRun.push(fullName);
    }
    // A file that does not load, or whose hooks fail, has failed without a failed test.
    const blamed = file.assertionResults.some(({ status }) => status === 'failed');
    if (file.status === 'failed' && !blamed) total.notRun.push(file.name);
  }
  for (const total of totals.values()) total.failed += total.notRun.length;
  return totals;
}

/** The JSON reporter of Playwright 1.65. */
const playwrightReportSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/** What passed at its second try has passed, as with Vitest; the list of tests names it. */
export function countPlaywright(report: unknown): Total {
  const { stats, errors } = playwrightReportSchema.parse(report);
  const notRun = errors.map(({ message }) => message ?? 'e2e');
  for (let index = 0; index < stats.skipped; index += 1) notRun.push('e2e: skipped');
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + notRun.length, notRun };
}

/** The closing line of `npm test`. */
export function closingLine(totals: Total[]): string {
  const sum = (count: (total: Total) => number) => totals.reduce((all, total) => all + count(total), 0);
  return `${sum((total) => total.passed)} passed, ${sum((total) => total.failed)} failed`;
}
