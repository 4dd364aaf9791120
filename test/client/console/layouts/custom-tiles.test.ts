import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  added,
  draggedTo,
  drawnBetween,
  freePlace,
  layoutOf,
  moved,
  type Piece,
  piecesOf,
  reordered,
  resized,
  stretchedTo,
} from '../../../../client/console/layouts/custom-tiles.ts';
import { layoutSchema, MAX_SLOTS, type Rectangle, rectangleSchema } from '../../../../server/protocol/layouts.ts';
import { defaultSlots, faultOf, LAYOUTS } from '../../../../server/room/geometry.ts';

/** In twelfths. */
const tile = (x: number, y: number, w: number, h: number): Rectangle => ({
  x: x / 12,
  y: y / 12,
  w: w / 12,
  h: h / 12,
});
const inTwelfths = ({ x, y, w, h }: Rectangle) => [x, y, w, h].map((share) => Math.round(share * 12 * 1000) / 1000);

describe('by arrows', () => {
  it('moves by a line and stops at the edge', () => {
    expect(inTwelfths(moved(tile(0, 4, 6, 6), 1, 0))).toEqual([1, 4, 6, 6]);
    expect(inTwelfths(moved(tile(0, 4, 6, 6), -1, 0))).toEqual([0, 4, 6, 6]);
    expect(inTwelfths(moved(tile(6, 6, 6, 6), 1, 1))).toEqual([6, 6, 6, 6]);
  });
  it('brings what lies off the lines to the next one', () => {
    const { 1: small } = LAYOUTS.pip;
    if (!small) throw new Error('pip has two tiles');
    expect(inTwelfths(moved(small, -1, 0))[0]).toBe(8);
    expect(inTwelfths(moved(small, 1, 0))[0]).toBe(9);
  });
  it('resizes at the lower right, never to nothing', () => {
    expect(inTwelfths(resized(tile(2, 2, 3, 3), 1, -1))).toEqual([2, 2, 4, 2]);
    expect(inTwelfths(resized(tile(2, 2, 1, 1), -1, -1))).toEqual([2, 2, 1, 1]);
    expect(inTwelfths(resized(tile(9, 9, 3, 3), 1, 1))).toEqual([9, 9, 3, 3]);
  });
});

describe('by pointer', () => {
  it('draws from any corner to any other, over whole fields', () => {
    expect(inTwelfths(drawnBetween({ x: 0.3, y: 0.3 }, { x: 0.05, y: 0.6 }))).toEqual([0, 3, 4, 5]);
    expect(inTwelfths(drawnBetween({ x: -1, y: 2 }, { x: 0.01, y: 3 }))).toEqual([0, 11, 1, 1]);
  });
  it('snaps what is dragged', () => {
    expect(inTwelfths(draggedTo(tile(0, 0, 4, 4), { x: 0.26, y: 0.9 }))).toEqual([3, 8, 4, 4]);
    expect(inTwelfths(stretchedTo(tile(3, 3, 4, 4), { x: 0.1, y: 0.74 }))).toEqual([3, 3, 1, 6]);
  });
});

describe('pieces', () => {
  const pieces = piecesOf({ name: 'pip', slots: defaultSlots('pip') }, LAYOUTS.pip);

  it('are a layout again', () => {
    const layout = layoutOf(pieces);
    expect(layout).toEqual({ name: 'custom', slots: defaultSlots('pip'), tiles: LAYOUTS.pip });
    expect(faultOf(layout)).toBeUndefined();
    expect(layoutSchema.safeParse(layout).success).toBe(true);
  });
  it('change places in the order they lie in', () => {
    expect(reordered(pieces, 0, 1).map(({ id }) => id)).toEqual([1, 0]);
    expect(reordered(pieces, 0, -1)).toBe(pieces);
    expect(reordered(pieces, 7, 1)).toBe(pieces);
  });
  it('are added in front, under a name of their own, up to the most', () => {
    expect(added(pieces, tile(0, 0, 2, 2)).map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(added([], tile(0, 0, 2, 2)).map(({ id }) => id)).toEqual([0]);
    const full = Array.from(
      { length: MAX_SLOTS },
      (_, id): Piece => ({ id, slot: { show: 'auto' }, ...tile(0, 0, 1, 1) }),
    );
    expect(added(full, tile(0, 0, 2, 2))).toBe(full);
  });
  it('come where there is room, else in the middle', () => {
    expect(inTwelfths(freePlace([tile(0, 0, 3, 3)]))).toEqual([3, 0, 3, 3]);
    expect(inTwelfths(freePlace([tile(0, 0, 12, 12)]))).toEqual([3, 3, 6, 6]);
  });
});

it('makes only tiles that the room accepts, whatever is done', () => {
  const step = fc.integer({ min: -2, max: 2 });
  const point = fc.record({
    x: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
    y: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
  });
  const deed = fc.oneof(
    fc.tuple(step, step).map(
      ([x, y]) =>
        (t: Rectangle) =>
          moved(t, x, y),
    ),
    fc.tuple(step, step).map(
      ([x, y]) =>
        (t: Rectangle) =>
          resized(t, x, y),
    ),
    point.map((to) => (t: Rectangle) => draggedTo(t, to)),
    point.map((to) => (t: Rectangle) => stretchedTo(t, to)),
    fc.tuple(point, point).map(
      ([a, b]) =>
        () =>
          drawnBetween(a, b),
    ),
  );
  const start = fc.constantFrom<Rectangle>(tile(0, 0, 6, 6), LAYOUTS.pip[1] ?? tile(0, 0, 1, 1), tile(11, 11, 1, 1));
  fc.assert(
    fc.property(start, fc.array(deed, { maxLength: 12 }), (from, deeds) => {
      const end = deeds.reduce((now, does) => does(now), from);
      expect(rectangleSchema.safeParse(end).error).toBeUndefined();
    }),
  );
});
