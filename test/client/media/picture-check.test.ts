import { expect, test } from 'vitest';
import { isDark } from '../../../client/media/picture-check.ts';

const filled = (r: number, g: number, b: number) => Array.from({ length: 16 }, () => [r, g, b, 255]).flat();

test('REG-5: a covered lens is dark, a dim room is not', () => {
  expect(isDark(filled(4, 5, 6))).toBe(true);
  expect(isDark(filled(30, 28, 26))).toBe(false);
  expect(isDark(filled(200, 0, 0))).toBe(false);
});
