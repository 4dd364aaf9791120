import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const setup = 'test/worker-setup.ts';
/** Property tests on two busy cores take a while; a hanging test still ends. */
const testTimeout = 20_000;

/**
 * What needs real sockets, workers and endpoints mostly waits: for a timer of SIP, for a second of sound. Three files
 * side by side keep two cores half busy; more of them would come too late for each other's media.
 */
const filesAtOnce = 3;

const real = {
  root,
  globalSetup: setup,
  // Real endpoints and processes on two noisy cores get a second try; what fails twice has failed.
  retry: 1,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/**
 * One project per part of `npm test`. `timing` measures times and levels of live media: whatever else needs a core at that
 * moment would be measured with them, so it runs last and by itself.
 */
export default defineConfig({
  root,
  cacheDir: '.rostrum/vitest',
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          root,
          include: ['test/{server,client,gateway,infra}/**/*.test.ts', 'test/architecture.test.ts'],
          globalSetup: setup,
          // Pure rules and typed fakes leave nothing behind in a process: a module is loaded once, not once for each file.
          isolate: false,
          testTimeout,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'contract',
          root,
          include: ['test/contract/**/*.test.ts'],
          testTimeout,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'scenarios',
          root,
          include: ['test/scenarios/**/*.test.ts'],
          testTimeout,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          maxWorkers: filesAtOnce,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...real,
          name: 'timing',
          include: ['test/timing/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
