import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineFor, picturesOf } from '../../../server/room/line-capacity.ts';

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

test('REG-18 what a line must have is what its pictures need, and no more', () => {
  const rates = fc.record({ main: fc.integer({ min: 50, max: 8_000 }), content: fc.integer({ min: 50, max: 8_000 }) });
  fc.assert(
    fc.property(rates, ({ main, content }) => {
      expect(picturesOf(lineFor({ main }), false).main).toBeGreaterThanOrEqual(main);
      const both = lineFor({ main, content });
      expect(picturesOf(both, true).main).toBeGreaterThanOrEqual(main);
      expect(picturesOf(both, true).content).toBeGreaterThanOrEqual(content);
      const less = picturesOf(both - 5, true);
      expect(less.main < main || less.content < content).toBe(true);
    }),
  );
});
