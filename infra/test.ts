// npm test: everything that can be checked, in one go. `npm test -- unit e2e` runs these parts; what is not the name
// of a part is passed on to the runners (a file, or a runner's option).

import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Explained, root } from './bootstrap.mjs';
import { reportChecks, runChecks } from './checks.ts';
import { ensureClient } from './client.ts';
import { text } from './messages.ts';
import { endWithParent, runTool } from './processes.ts';
import {
  chooseParts,
  closingLine,
  countPlaywright,
  countVitest,
  type Part,
  type Total,
  vitestParts,
} from './totals.ts';
import { workerBinary } from './worker.ts';

const reports = join(root, '.rostrum', 'test');

async function readReport(name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(reports, name), 'utf8'));
  } catch {
    return undefined;
  }
}

const didNotRun = (name: string): Total => ({ passed: 0, failed: 1, notRun: [name] });

async function runCheckPart(totals: Map<Part, Total>): Promise<void> {
  const results = await runChecks();
  reportChecks(results);
  const passed = results.filter((result) => result.passed).length;
  totals.set('checks', { passed, failed: results.length - passed, notRun: [] });
}

async function runVitest(chosen: Part[], filters: string[], totals: Map<Part, Total>): Promise<void> {
  const wanted = vitestParts.filter((part) => chosen.includes(part));
  if (wanted.length === 0) return;
  const { code } = await runTool('node_modules/vitest/vitest.mjs', [
    'run',
    '--config=test/vitest.config.ts',
    ...wanted.map((part) => `--project=${part}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, 'vitest.json')}`,
    ...filters,
  ]);
  const report = await readReport('vitest.json');
  const counted = report ? countVitest(report) : new Map<Part, Total>();
  const failed = [...counted.values()].some((total) => total.failed > 0);
  // Errors outside of any test show only in the exit code.
  if (code !== 0 && !failed) counted.set('checks', didNotRun('vitest'));
  for (const part of wanted) if (!counted.has(part) && filters.length === 0) counted.set(part, didNotRun(part));
  for (const [part, total] of counted) totals.set(part, merge(totals.get(part), total));
}

async function runPlaywright(filters: string[], totals: Map<Part, Total>): Promise<void> {
  const args = ['test', '--config=test/playwright.config.ts', ...filters];
  const { code } = await runTool('node_modules/playwright/cli.js', args);
  const report = await readReport('e2e.json');
  const total = report ? countPlaywright(report) : didNotRun('e2e');
  const nothing = total.passed + total.failed === 0;
  totals.set('e2e', nothing || (code !== 0 && total.failed === 0) ? merge(total, didNotRun('e2e')) : total);
}

function merge(one: Total | undefined, other: Total): Total {
  if (!one) return other;
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    notRun: [...one.notRun, ...other.notRun],
  };
}

async function run(args: string[]): Promise<Map<Part, Total>> {
  const { chosen, filters } = chooseParts(args);
  const totals = new Map<Part, Total>();
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  if (chosen.includes('checks')) await runCheckPart(totals);
  if (chosen.some((part) => part !== 'checks')) process.env.MEDIASOUP_WORKER_BIN = await workerBinary();
  await runVitest(chosen, filters, totals);
  if (chosen.includes('e2e')) {
    await ensureClient();
    await runPlaywright(filters, totals);
  }
  return totals;
}

function report(totals: Map<Part, Total>): void {
  process.stdout.write('\n');
  for (const [part, { passed, failed, notRun }] of totals) {
    process.stdout.write(`${failed === 0 ? '✓' : '✗'} ${part.padEnd(12)} ${text.counted(passed, failed)}\n`);
    for (const name of notRun) process.stdout.write(`  ${text.notRun} ${name}\n`);
  }
  process.stdout.write(`${closingLine([...totals.values()])}\n`);
}

endWithParent();
const totals = await run(process.argv.slice(2)).catch((error: unknown) => {
  // Whatever stopped the set-up, the closing line is owed.
  if (!(error instanceof Explained)) console.error(error);
  return new Map<Part, Total>([['checks', didNotRun('npm test')]]);
});
report(totals);
process.exitCode = [...totals.values()].every(({ failed }) => failed === 0) ? 0 : 1;
