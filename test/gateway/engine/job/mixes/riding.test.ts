import { expect, test } from 'vitest';
import { ride } from '../../../../../gateway/engine/job/mixes/riding.ts';

test('what is not loud is left as it is', () => {
  expect(ride(0, -20)).toBe(0);
  expect(ride(0, -3)).toBe(0);
});

test('what is too loud is taken back at once, even above full scale', () => {
  expect(ride(0, 0)).toBe(-3);
  expect(ride(0, 14)).toBe(-17);
});

test('it comes back slowly, and no further than to where it was', () => {
  let gain = ride(0, 0);
  for (let count = 0; count < 10; count++) gain = ride(gain, -30);
  expect(gain).toBeCloseTo(-1);
  for (let count = 0; count < 100; count++) gain = ride(gain, -30);
  expect(gain).toBe(0);
});
