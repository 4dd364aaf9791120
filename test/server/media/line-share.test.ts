import { expect, test } from 'vitest';
import type { Want } from '../../../server/media/allocate.ts';
import { LineShare } from '../../../server/media/line-share.ts';

const wants: Want[] = [
  { key: 'speaker', rank: 'speaker', layer: 2, kbps: [150, 500, 1_700] },
  { key: 'site', rank: 'thumbnail', layer: 0, kbps: [150, 500, 1_700] },
];

test('says what changed, and what part of it all the line is given', () => {
  const share = new LineShare();
  expect(share.review(wants, { soundKbps: 0, estimateKbps: 4_000 }, 0)).toBe(true);
  expect(share.given).toBe(1);
  expect(share.review(wants, { soundKbps: 0, estimateKbps: 300 }, 1_000)).toBe(false);
  expect(share.review(wants, { soundKbps: 0, estimateKbps: 300 }, 4_000)).toBe(true);
  expect(share.layerOf('speaker', 2)).toBe(0);
  expect(share.layerOf('site', 0)).toBe(null);
  expect(share.given).toBeCloseTo(150 / 1_850, 2);
});

test('a line that bears everything again is given all of it, though layers wait for their turn', () => {
  const share = new LineShare();
  for (let at = 0; at < 5_000; at += 1_000) share.review(wants, { soundKbps: 45, estimateKbps: 300 }, at);
  expect(share.given).toBeLessThan(0.2);
  share.review(wants, { soundKbps: 45, estimateKbps: 3_000 }, 5_000);
  expect(share.layerOf('speaker', 2)).toBe(0);
  expect(share.given).toBe(1);
  share.review(wants, { soundKbps: 45, estimateKbps: 3_000, capacityKbps: 1_000 }, 6_000);
  expect(share.given).toBeLessThan(0.2);
});

test('a line needs what pictures and sounds take, and never more than it is configured to bear', () => {
  const share = new LineShare();
  share.review(wants, { soundKbps: 45, estimateKbps: 300 }, 0);
  expect(share.neededKbps).toBe(1_895);
  share.review(wants, { soundKbps: 45, capacityKbps: 1_000 }, 1_000);
  expect(share.neededKbps).toBe(1_000);
});

test('of what is wanted between two measurements the last estimate holds', () => {
  const share = new LineShare();
  share.review(wants, { soundKbps: 0, estimateKbps: 300 }, 0);
  share.review(wants, { soundKbps: 0, estimateKbps: 300 }, 3_000);
  const more: Want[] = [...wants, { key: 'other', rank: 'thumbnail', layer: 0, kbps: [150] }];
  share.review(more, { soundKbps: 0 }, 3_100);
  expect(share.layerOf('other', 0)).toBe(null);
  expect(share.layerOf('unknown', 1)).toBe(1);
});

test('the speaker comes before content, content before thumbnails', () => {
  const share = new LineShare();
  share.review([...wants, { key: 'slides', rank: 'content', layer: 0, kbps: [1_500] }], { soundKbps: 0 }, 0);
  expect(share.priorityOf('speaker')).toBeGreaterThan(share.priorityOf('slides'));
  expect(share.priorityOf('slides')).toBeGreaterThan(share.priorityOf('site'));
});
