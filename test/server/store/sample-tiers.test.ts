import { expect, test } from 'vitest';
import { gridOf, MINUTES, SECONDS, TENS, timesOf } from '../../../server/store/sample-tiers.ts';

const NOW = 1_800_000_000;
const HOUR = 3_600;
const grid = (agoS: number, spanS: number, more: { points?: number; isWhole?: boolean; now?: number } = {}) => {
  const from = (NOW - agoS) * 1000;
  const asked = { points: 600, isWhole: true, ...more, from, to: from + spanS * 1000 };
  return gridOf(asked, more.now ?? NOW);
};

test('of what has just been the seconds are shown, of more the coarsest rows that are fine enough', () => {
  expect(grid(300, 300)).toMatchObject({ tier: SECONDS, step: 1 });
  expect(grid(HOUR, HOUR)).toMatchObject({ tier: TENS, step: 10 });
  expect(grid(4 * HOUR, 4 * HOUR)).toMatchObject({ tier: TENS, step: 30 });
  expect(grid(40 * HOUR, 30 * HOUR)).toMatchObject({ tier: MINUTES, step: 300 });
});

test('streams are looked for where they still are; what is old is as coarse as it was kept', () => {
  expect(grid(12 * HOUR, 12 * HOUR)).toMatchObject({ tier: TENS, step: 120 });
  expect(grid(12 * HOUR, 12 * HOUR, { isWhole: false })).toMatchObject({ tier: MINUTES, step: 120 });
  expect(grid(48 * HOUR, 300)).toMatchObject({ tier: TENS, step: 10 });
  expect(grid(20 * 24 * HOUR, 300)).toMatchObject({ tier: MINUTES, step: 60 });
});

test('steps never number more than asked for by much, whatever the time; what is to come is left out', () => {
  for (const [ago, span] of [
    [NOW, NOW],
    [365 * 24 * HOUR, 365 * 24 * HOUR],
    [HOUR, 900 * 24 * HOUR],
    [10, -50],
  ] as const) {
    const times = timesOf(grid(ago, span));
    expect(times.length).toBeLessThanOrEqual(602);
    expect(times.at(-1) ?? 0).toBeLessThanOrEqual((NOW + 7 * 24 * HOUR) * 1000);
  }
});

test('a moment is one step, that it lies in', () => {
  const at = NOW - 48 * HOUR;
  const { first, last } = gridOf({ from: at * 1000, to: (at + 10) * 1000, points: 1, isWhole: true }, NOW);
  expect([first <= at, last > at, last - first]).toEqual([true, true, 10]);
});
