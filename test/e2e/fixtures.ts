import { test as base } from 'playwright/test';
import { System } from './system.ts';

/** One system for all the tests of a worker: meetings do not disturb each other. */
export const test = base.extend<object, { system: System }>({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const system = await System.start();
      await use(system);
      await system.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
});
export { expect } from 'playwright/test';
