import { expect, it } from 'vitest';
import { TypedNumber } from '../../../client/console/typed-number.ts';

/** What each figure means, typed 100 ms after the one before; `-` is a long pause. */
function typed(figures: string, most: number): (number | null)[] {
  const number = new TypedNumber();
  let now = 0;
  return [...figures].flatMap((figure) => {
    now += figure === '-' ? 5000 : 100;
    return figure === '-' ? [] : [number.type(Number(figure), most, now)];
  });
}

it.each([
  ['7', 25, [7]],
  ['12', 25, [1, 12]],
  ['1-2', 25, [1, 2]],
  ['20', 25, [2, 20]],
  ['26', 25, [2, 6]],
  ['12', 9, [1, 2]],
  ['11', 9, [1, 1]],
  ['123', 25, [1, 12, 3]],
  ['0', 25, [null]],
  ['7', 4, [null]],
  ['5', 0, [null]],
])('%s of %i tiles', (figures, most, meant) => {
  expect(typed(figures, most)).toEqual(meant);
});
