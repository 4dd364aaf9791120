import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test as base } from 'playwright/test';
import { System } from './system.ts';

const reports = fileURLToPath(new URL('../../.rostrum/test', import.meta.url));

/** One system for all the tests of a worker: meetings do not disturb each other. What it said is kept for a failure. */
export const test = base.extend<object, { system: System }>({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use, { workerIndex }) => {
      const system = await System.start();
      await use(system);
      await system.stop();
      await mkdir(reports, { recursive: true });
      await writeFile(`${reports}/system-${workerIndex}.log`, system.output);
    },
    { scope: 'worker', timeout: 180_000 },
  ],
});
export { expect } from 'playwright/test';
