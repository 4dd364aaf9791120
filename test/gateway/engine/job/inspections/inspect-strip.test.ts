import { expect, test } from 'vitest';
import { Strip } from '../../../../../gateway/engine/job/inspections/inspect-strip.ts';

const plan = { everyMs: 1000, width: 2, height: 1, columns: 2, rows: 2 };
const picture = (value: number) => new Uint8Array(2 * 3).fill(value);
const pixels = (strip: Strip) => strip.sheets.map(({ rgb }) => [...rgb].filter((_, at) => at % 3 === 0));

test('each thumbnail shows the picture that was there at its time', () => {
  const strip = new Strip({ ...plan, count: 4 });
  expect(strip.isDue(0)).toBe(false);
  expect(strip.isDue(40)).toBe(true);
  strip.show(picture(1), 1500);
  expect(strip.isDue(2000)).toBe(false);
  strip.show(picture(2), 2100);
  strip.show(picture(3), 4000);
  expect(pixels(strip)).toEqual([[1, 1, 1, 1, 2, 2, 3, 3]]);
});

test('sheets are filled row by row; the last one is as high as it must be', () => {
  const strip = new Strip({ ...plan, count: 5 });
  for (let at = 0; at < 5; at += 1) strip.show(picture(at + 1), (at + 1) * 1000);
  expect(strip.sheets.map(({ width, height }) => [width, height])).toEqual([
    [4, 2],
    [4, 1],
  ]);
  expect(pixels(strip)).toEqual([
    [1, 1, 2, 2, 3, 3, 4, 4],
    [5, 5, 0, 0],
  ]);
  expect(strip.isDue(1e9)).toBe(false);
});
