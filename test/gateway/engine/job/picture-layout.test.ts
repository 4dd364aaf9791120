import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeTiles, toPixels } from '../../../../gateway/engine/job/picture-layout.ts';
import { pictureTile } from '../../../../gateway/engine/picture-protocol.ts';

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
    expect(placed.map(({ video }) => video?.width)).toEqual([undefined, 640, undefined]);
  });

  test('a higher z is in front, and every drawing is in front of its own picture', () => {
    const tiles = [tile({ inputId: 'front', z: 5, w: 0.3, h: 0.3 }), tile({ inputId: 'rear' })];
    const placed = placeTiles(tiles, hd, () => true);
    expect(placed.map((place) => [place.tile.inputId, place.videoOrder, place.drawnOrder])).toEqual([
      ['rear', 1, 2],
      ['front', 3, 4],
    ]);
  });

  test('a speaking tile leaves room for its frame', () => {
    const [place] = placeTiles([tile({ speaking: true })], hd, () => true);
    expect(place?.video).toEqual({ x: 4, y: 4, width: 1272, height: 712 });
  });

  test('a tile too small to be seen is left out', () => {
    expect(placeTiles([tile({ w: 0.005 })], hd, () => true)).toEqual([]);
  });
});
