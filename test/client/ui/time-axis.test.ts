import { expect, test } from 'vitest';
import { placeOf, ticksOf } from '../../../client/ui/time-axis.ts';

const HOUR = 3_600_000;

test('places a moment in what is drawn', () => {
  expect(placeOf(75_000, { from: 50_000, to: 100_000 })).toBe(50);
  expect(placeOf(5, { from: 5, to: 5 })).toBe(0);
});

test('writes times far enough apart to be read, at round moments', () => {
  expect(ticksOf({ from: 0, to: 600_000 }, 5)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
  expect(ticksOf({ from: 61_000, to: 130_000 }, 3).every((at) => at % 30_000 === 0)).toBe(true);
  for (const days of [1, 7, 30, 700]) {
    expect(ticksOf({ from: 0, to: days * 24 * HOUR }, 3).length).toBeLessThanOrEqual(4);
  }
  expect(ticksOf({ from: 5, to: 5 }, 0).length).toBeLessThanOrEqual(1);
});

test('they are round by the clock of the place', () => {
  const zone = 7 * HOUR;
  expect(ticksOf({ from: 0, to: 24 * HOUR }, 4, zone)).toEqual([5, 11, 17, 23].map((hour) => hour * HOUR));
});
