import { describe, expect, test } from 'vitest';
import { type Layout, layoutSchema, type Rectangle } from '../../../server/protocol/layouts.ts';
import {
  defaultSlots,
  drawnAs,
  type FixedLayout,
  faultOf,
  isSameLayout,
  LAYOUTS,
  largestOf,
} from '../../../server/room/geometry.ts';

const names = Object.keys(LAYOUTS) as FixedLayout[];
const EDGE = 1e-9;

test.each(names)('layout %s: tiles lie within the picture, keep its shape and do not overlap', (name) => {
  const tiles = LAYOUTS[name];
  for (const [i, a] of tiles.entries()) {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.w <= 1 + EDGE && a.y + a.h <= 1 + EDGE).toBe(true);
    expect(a.w / a.h).toBeCloseTo(1);
    if (name === 'pip') continue;
    for (const b of tiles.slice(i + 1)) {
      const apart = a.x + a.w <= b.x + EDGE || b.x + b.w <= a.x + EDGE || a.y + a.h <= b.y + EDGE;
      expect(apart || b.y + b.h <= a.y + EDGE).toBe(true);
    }
  }
});

test.each([
  ['1', 1],
  ['1+5', 6],
  ['1+7', 8],
  ['4x4', 16],
  ['5x5', 25],
  ['content+speakers', 5],
] as const)('layout %s has %i tiles and as many slots', (name, count) => {
  expect(LAYOUTS[name]).toHaveLength(count);
  expect(defaultSlots(name)).toHaveLength(count);
  expect(faultOf({ name, slots: defaultSlots(name) })).toBe(undefined);
});

test('only what is larger than others is large: nothing of a grid, the one of a single picture', () => {
  const large = names.map((name) => [name, largestOf(LAYOUTS[name])]);
  expect(Object.fromEntries(large)).toEqual({
    '1': [0],
    'side-by-side': [],
    pip: [0],
    '2x2': [],
    '1+5': [0],
    '1+7': [0],
    '3x3': [],
    '4x4': [],
    '5x5': [],
    'content+speaker': [0],
    'content+speakers': [0],
  });
});

describe('auto', () => {
  const auto: Layout = { name: 'auto', slots: [] };
  const tilesFor = (seated: number, presenting = false) => drawnAs(auto, seated, presenting);

  test('has tiles for as many as are there', () => {
    const counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 25, 26, 130];
    expect(counts.map((seated) => tilesFor(seated).rectangles.length)).toEqual([
      1, 1, 2, 4, 4, 6, 6, 8, 8, 9, 16, 16, 25, 25, 25, 25,
    ]);
    for (const seated of counts) {
      const { slots, rectangles } = tilesFor(seated);
      expect(slots).toHaveLength(rectangles.length);
    }
  });
  test('shows the content large while somebody presents', () => {
    const { slots, rectangles } = tilesFor(3, true);
    expect(slots[0]).toEqual({ show: 'content' });
    expect(rectangles).toEqual(LAYOUTS['content+speakers']);
  });
  test('has a place for the speaker where not everyone has one', () => {
    expect(tilesFor(25).slots[0]).toEqual({ show: 'auto' });
    expect(tilesFor(26).slots[0]).toEqual({ show: 'speaker' });
  });
});

describe('a custom layout', () => {
  const rectangle: Rectangle = { x: 0.5, y: 0.25, w: 0.5, h: 0.5 };
  const custom: Layout = { name: 'custom', slots: [{ show: 'auto', fit: 'contain' }], tiles: [rectangle] };
  const pathOf = (layout: unknown) => layoutSchema.safeParse(layout).error?.issues[0]?.path.join('.');

  test('brings a tile for each slot', () => {
    expect(layoutSchema.parse(custom)).toEqual(custom);
    expect(faultOf(custom)).toBe(undefined);
    expect(faultOf({ name: 'custom', slots: custom.slots })).toBe('tiles');
    expect(faultOf({ ...custom, slots: [] })).toBe('slots');
    expect(faultOf({ ...custom, tiles: [rectangle, rectangle] })).toBe('tiles');
    expect(faultOf({ ...custom, name: '1' })).toBe('tiles');
    expect(faultOf({ name: 'auto', slots: custom.slots })).toBe('slots');
  });
  test('has every tile within the picture and none too small to be seen; the field is named', () => {
    expect(pathOf({ ...custom, tiles: [{ ...rectangle, x: 0.6 }] })).toBe('tiles.0.w');
    expect(pathOf({ ...custom, tiles: [rectangle, { ...rectangle, y: 0.51 }] })).toBe('tiles.1.h');
    expect(pathOf({ ...custom, tiles: [{ ...rectangle, h: 0.04 }] })).toBe('tiles.0.h');
    expect(pathOf({ ...custom, tiles: [{ ...rectangle, x: -0.1 }] })).toBe('tiles.0.x');
    expect(pathOf({ ...custom, tiles: [{ x: 2 / 3, y: 1 / 3, w: 1 / 3, h: 2 / 3 }] })).toBe(undefined);
  });
  test('is the same where slots, fits and tiles are', () => {
    expect(isSameLayout(custom, structuredClone(custom))).toBe(true);
    expect(isSameLayout(custom, { ...custom, slots: [{ show: 'auto' }] })).toBe(false);
    expect(isSameLayout(custom, { ...custom, tiles: [{ ...rectangle, x: 0.4 }] })).toBe(false);
    expect(isSameLayout(custom, { ...custom, name: '1' })).toBe(false);
  });
});
