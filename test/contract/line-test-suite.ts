import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeptLineTest } from '../../server/protocol/line-tests.ts';
import type { Twin } from './store-suite.ts';

const HALF = { kbps: 2_000, isFull: false, loss: 0, jitterMs: 3 };

function lineTest(testId: string, siteId: string, startedAt: number): KeptLineTest {
  const who = { testId, siteId, siteName: siteId, way: 'browser' as const, by: 'device:1' };
  const result = {
    level: 'good' as const,
    up: HALF,
    down: HALF,
    roundTripMs: 40,
    advice: [{ advice: 'fine' as const }],
  };
  return { status: 'done', ...who, startedAt, endedAt: startedAt + 15_000, result };
}

/** What every store owes the archive of line tests. */
export function describeLineTests(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of line tests`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
    });
    afterEach(() => twin.close());

    test('REG-17 a test is kept as it was, found by its site, and outlives the process', async () => {
      const { lineTests } = twin.store;
      const failed: KeptLineTest = {
        ...{ testId: 'c', siteId: 'na-ri', siteName: 'Na Rì', way: 'codec', by: 'lan', startedAt: 5, endedAt: 9 },
        ...{ status: 'failed', failure: 'call', cause: 'busy' },
      };
      for (const one of [lineTest('a', 'ba-be', 1), lineTest('b', 'ba-be', 7), failed]) await lineTests.add(one);
      const reopened = (await twin.reopen()).lineTests;
      expect((await reopened.ofSite('ba-be', 10)).map(({ testId }) => testId)).toEqual(['b', 'a']);
      expect(await reopened.ofSite('ba-be', 1)).toEqual([lineTest('b', 'ba-be', 7)]);
      expect(await reopened.find('c')).toEqual(failed);
      expect(await reopened.find('d')).toBeUndefined();
      expect((await reopened.latest()).map(({ testId }) => testId)).toEqual(['b', 'c']);
    });

    test('no test is kept twice', async () => {
      const { lineTests } = twin.store;
      await lineTests.add(lineTest('a', 'ba-be', 1));
      await expect(lineTests.add(lineTest('a', 'ba-be', 2))).rejects.toThrow();
    });
  });
}
