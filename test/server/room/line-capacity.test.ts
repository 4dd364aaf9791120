import { expect, test } from 'vitest';
import { picturesOf } from '../../../server/room/line-capacity.ts';

test('a line of which nothing is known limits nothing', () => {
  expect(picturesOf(undefined, true)).toEqual({ main: Infinity, content: Infinity });
});

test('REG-18: sound comes first, and the rest is divided where slides have a line of their own', () => {
  const alone = picturesOf(1000, false).main;
  const { main, content } = picturesOf(1000, true);
  expect(alone).toBeLessThan(900);
  expect(alone).toBeGreaterThan(700);
  expect(main + content).toBeLessThanOrEqual(alone);
  expect(main).toBeGreaterThan(content);
});

test('the endpoint may take less, and never more than its line bears', () => {
  expect(picturesOf(1000, false, 200).main).toBe(200);
  expect(picturesOf(1000, false, 5000)).toEqual(picturesOf(1000, false));
});

test('the weakest line still gets the smallest picture', () => {
  expect(picturesOf(64, false).main).toBe(48);
  expect(picturesOf(64, true)).toEqual({ main: 48, content: 48 });
});
