import { expect, test } from 'vitest';
import { LineReturn } from '../../../client/media/line-return.ts';

/** At which of these estimates, kbit/s, four in a second, the line is said to have returned. */
function returnsOf(estimates: readonly number[]): number[] {
  const line = new LineReturn();
  return estimates.flatMap((availableKbps, i) => (line.isNow({ availableKbps }, i * 250) ? [i] : []));
}
const stood = (seconds: number) => Array.from({ length: seconds * 4 }, () => 30);

test('a line that bore no picture for a while returns once, when it bears one', () => {
  expect(returnsOf([...stood(20), 31, 35, 48, 75, 140, 300, 1_200, 2_000])).toEqual([83]);
});

test('a dip is no return, nor is a line that always was good or stays as weak', () => {
  expect(returnsOf([900, 30, 30, 40, 700, 900])).toEqual([]);
  expect(returnsOf(Array.from({ length: 80 }, () => 1_400))).toEqual([]);
  expect(returnsOf([...stood(10), 44, 50, 58, 44, ...stood(10)])).toEqual([]);
});

test('each time anew', () => {
  expect(returnsOf([...stood(5), 80, ...stood(5), 80])).toEqual([20, 41]);
});
