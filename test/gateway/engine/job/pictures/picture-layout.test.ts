import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameAround, placeTiles, toPixels } from '../../../../../gateway/engine/job/pictures/picture-layout.ts';
import { pictureTile } from '../../../../../gateway/engine/picture-protocol.ts';

const hd = { width: 1280, height: 720 };
const tile = (fields: object) => pictureTile.parse({ inputId: 'a', label: 'A', x: 0, y: 0, w: 1, h: 1, ...fields });

describe('toPixels', () => {
  test('neighbouring tiles of a 3×3 touch and fill the picture', () => {
    const third = (at: number) => toPixels({ x: at / 3, y: 0, w: 1 / 3, h: 1 }, hd);
    expect([0, 1, 2].map((at) => third(at).x)).toEqual([0, 426, 854]);
    expect([0, 1, 2].reduce((sum, at) => sum + third(at).width, 0)).toBe(1280);
  });

  test('every tile is even and inside the picture', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(part, part, part, part, (x, y, w, h) => {
        const { x: left, y: top, width, height } = toPixels({ x, y, w, h }, hd);
        expect([left % 2, top % 2, width % 2, height % 2]).toEqual([0, 0, 0, 0]);
        expect(left + width).toBeLessThanOrEqual(1280);
        expect(top + height).toBeLessThanOrEqual(720);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('placeTiles', () => {
  test('a tile whose input is not live is a card', () => {
    const tiles = [tile({ inputId: 'a', w: 0.5 }), tile({ inputId: 'b', x: 0.5, w: 0.5 }), tile({ inputId: null })];
    const placed = placeTiles(tiles, hd, (inputId) => inputId === 'b');
    expect(placed.map(({ live }) => live)).toEqual([false, true, false]);
  });

  test('a higher z is in front', () => {
    const tiles = [tile({ inputId: 'front', z: 5, w: 0.3, h: 0.3 }), tile({ inputId: 'rear' })];
    const placed = placeTiles(tiles, hd, () => true);
    expect(placed.map((place) => place.tile.inputId)).toEqual(['rear', 'front']);
  });

  test('a site keeps its name wherever it goes, and no two have the same', () => {
    const tiles = [tile({ inputId: null }), tile({ inputId: null }), tile({ inputId: 'a' })];
    const names = (order: typeof tiles) => placeTiles(order, hd, () => true).map(({ name }) => name);
    expect(new Set(names(tiles)).size).toBe(3);
    expect(names(tiles.toReversed())[0]).toBe(names(tiles)[2]);
  });

  test('a tile too small to be seen is left out', () => {
    expect(placeTiles([tile({ w: 0.005 })], hd, () => true)).toEqual([]);
  });

  test.each([360, 720, 1080])('at %i lines every name is written large enough and inside its tile', (height) => {
    const size = { width: (height * 16) / 9, height };
    for (const count of [1, 2, 3, 5]) {
      const tiles = [...Array(count ** 2).keys()].map((index) => {
        const [x, y] = [(index % count) / count, Math.floor(index / count) / count];
        return tile({ inputId: `${index}`, x, y, w: 1 / count, h: 1 / count });
      });
      for (const { textHeight, inset, area } of placeTiles(tiles, size, () => true, height * 0.08)) {
        expect(textHeight).toBeGreaterThanOrEqual(Math.max(12, height * 0.029));
        expect(inset.bottom + 1.5 * textHeight).toBeLessThanOrEqual(area.height);
      }
    }
  });

  test('names stay off the edge of the picture, and off its foot', () => {
    const tiles = [tile({ h: 0.5 }), tile({ inputId: 'b', y: 0.5, h: 0.5 })];
    const bottoms = (foot: number) => placeTiles(tiles, hd, () => true, foot).map(({ inset }) => inset.bottom);
    const [upper, lower] = bottoms(0);
    expect(lower).toBeGreaterThan(upper as number);
    expect(bottoms(60)).toEqual([upper, 60 + (upper as number)]);
  });
});

test('a frame lies along the inner edges of its tile, without a gap', () => {
  const { top, bottom, left, right } = frameAround({ x: 100, y: 50, width: 320, height: 180 }, 4);
  expect(top).toEqual({ x: 100, y: 50, width: 320, height: 4 });
  expect(bottom).toEqual({ x: 100, y: 226, width: 320, height: 4 });
  expect(left).toEqual({ x: 100, y: 54, width: 4, height: 172 });
  expect(right).toEqual({ x: 416, y: 54, width: 4, height: 172 });
});
