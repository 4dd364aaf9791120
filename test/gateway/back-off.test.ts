import { expect, test } from 'vitest';
import { BackOff } from '../../gateway/back-off.ts';

const times = { firstMs: 300, longestMs: 5_000 };

test('the first wait is short, each after it twice as long, up to a limit', () => {
  const backOff = new BackOff(times);
  let now = 0;
  const waits = Array.from({ length: 7 }, () => {
    const wait = backOff.next(now);
    now += wait + 50;
    return wait;
  });
  expect(waits).toEqual([300, 600, 1_200, 2_400, 4_800, 5_000, 5_000]);
});

test('what failed after it had run for a while is begun again at once, even if it failed often before', () => {
  const backOff = new BackOff(times);
  for (let failure = 0; failure < 8; failure += 1) backOff.next(failure * 5_000);
  expect(backOff.next(7 * 5_000 + 10_001)).toBe(300);
  expect(backOff.next(7 * 5_000 + 10_301)).toBe(600);
});
