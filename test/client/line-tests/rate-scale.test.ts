import { expect, test } from 'vitest';
import { placeOf } from '../../../client/line-tests/rate-scale.ts';

test('small rates are told apart, and none leaves the scale', () => {
  expect([0, 1_000, 4_000, 90_000].map((kbps) => placeOf(kbps))).toEqual([0, 0.5, 1, 1]);
  expect(placeOf(-1)).toBe(0);
  expect(placeOf(500, 2_000)).toBe(0.5);
});
