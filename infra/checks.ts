// The checks that need no run: types of TypeScript and of Svelte, lint and format.

import { showProgress } from './bootstrap.mjs';
import { text } from './messages.ts';
import { runTool } from './processes.ts';

export interface CheckResult {
  name: string;
  passed: boolean;
  /** Shown when it failed. */
  output: string;
}

/** Colours and excerpts for a person; one line each for a log. */
const pretty = String(process.stdout.isTTY === true);

const checks = [
  {
    name: 'types',
    script: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'tsconfig.json', '--pretty', pretty],
  },
  {
    name: 'svelte',
    script: 'node_modules/svelte-check/bin/svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--output', 'human', '--fail-on-warnings'],
  },
  { name: 'lint', script: 'node_modules/@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
];

/** Runs every check and waits for all, so that one look shows everything that is wrong. */
export function runChecks(): Promise<CheckResult[]> {
  const runs = checks.map(async ({ name, script, args }) => {
    const { code, output } = await runTool(script, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    return { name, passed: code === 0, output };
  });
  return showProgress(text.checking, Promise.all(runs));
}

/** One line per check, after the output of those that failed. */
export function reportChecks(results: CheckResult[]): void {
  for (const { passed, output } of results) if (!passed) process.stdout.write(`${output}\n`);
  for (const { name, passed } of results) process.stdout.write(`${passed ? '✓' : '✗'} ${name}\n`);
}
