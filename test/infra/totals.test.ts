import { expect, test } from 'vitest';
import { chooseParts, closingLine, countPlaywright, countVitest, partOf, parts } from '../../infra/totals.ts';

test('arguments name parts; the rest is for the runners', () => {
  expect(chooseParts([])).toEqual({ chosen: [...parts], filters: [] });
  expect(chooseParts(['unit', 'test/server/room'])).toEqual({ chosen: ['unit'], filters: ['test/server/room'] });
  expect(chooseParts(['-t', 'floor']).chosen).toEqual([...parts]);
});

test('a test file belongs to the part of its folder, and to unit otherwise', () => {
  expect(partOf('/x/test/scenarios/join.test.ts')).toBe('scenarios');
  expect(partOf('/x/test/server/room/decide.test.ts')).toBe('unit');
  expect(partOf('/x/test/architecture.test.ts')).toBe('unit');
});

test('what did not run counts as failed', () => {
  const totals = countVitest({
    testResults: [
      {
        name: '/x/test/server/a.test.ts',
        status: 'failed',
        assertionResults: [
          { fullName: 'a', status: 'passed' },
          { fullName: 'b', status: 'failed' },
          { fullName: 'c', status: 'pending' },
        ],
      },
      { name: '/x/test/contract/b.test.ts', status: 'failed', assertionResults: [] },
    ],
  });
  expect(totals.get('unit')).toEqual({ passed: 1, failed: 2, notRun: ['c'] });
  expect(totals.get('contract')).toEqual({ passed: 0, failed: 1, notRun: ['/x/test/contract/b.test.ts'] });
  expect(closingLine([...totals.values()])).toBe('1 passed, 3 failed');
});

test('Playwright: skipped and unloadable count as failed, what passed at its second try as passed', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 1 };
  expect(countPlaywright({ stats, errors: [{ message: 'cannot load' }] })).toMatchObject({ passed: 6, failed: 3 });
});
