import { expect, test } from 'vitest';
import { latest, placeAt, reachOf, summaryOf } from '../../../client/lines/figures.ts';

test('a track in three figures; none where nothing was measured', () => {
  expect(summaryOf([null, 4, 9, 2, null])).toEqual({ last: 2, min: 2, max: 9 });
  expect(summaryOf([null, null])).toBeUndefined();
});

test('a moment lies in its step, or outside', () => {
  const times = [1_000, 3_000, 5_000];
  expect([999, 1_000, 2_999, 6_999, 7_000].map((at) => placeAt(times, 2_000, at))).toEqual([null, 0, 0, 2, null]);
  expect(placeAt([], 2_000, 5)).toBeNull();
});

test('the latest is the last that was measured until then', () => {
  expect(latest([1, 2, null])).toBe(2);
  expect(latest([1, 2, null], 0)).toBe(1);
  expect(latest([null])).toBeNull();
});

test('a scale reaches over everything, and never less than what makes sense', () => {
  expect(reachOf([[null, 100], [200]], 50)).toBeCloseTo(220);
  expect(reachOf([[null]], 50)).toBe(50);
});
