import { expect, test } from 'vitest';
import { type LineLimits, TierChoice } from '../../../gateway/legs/tier-choice.ts';
import { parseSettings } from '../../../server/config.ts';

const { pictures } = parseSettings({}, []);
/** RFC 6184 8.1: levels 3.1 and 4, and CIF. */
const level31: LineLimits = { codec: 'H264', maxFs: 3600, maxMbps: 108_000, kbps: 14_000 };
const level4: LineLimits = { ...level31, maxFs: 8192, maxMbps: 245_760 };
const cif: LineLimits = { codec: 'H264', maxFs: 396, maxMbps: 11_880, kbps: 384 };
const first = (limits: LineLimits) => new TierChoice(pictures).review(limits, 0)?.tier;

test('each gets the largest that it decodes and its line bears', () => {
  expect(first(level4)).toBe('1080p30');
  expect(first({ ...level4, maxMbps: 244_000 })).toBe('720p30');
  expect(first(level31)).toBe('720p30');
  expect(first({ ...level4, kbps: 1920 })).toBe('720p30');
  expect(first({ ...level4, kbps: 768 })).toBe('360p15');
  expect(first(cif)).toBe('360p15');
});

test('what is encoded for one endpoint alone is not made from a needlessly large picture', () => {
  expect(first({ ...level4, codec: 'VP8' })).toBe('720p30');
  expect(first({ ...level4, codec: 'H265' })).toBe('360p15');
});

test('it goes down at once, and up again only after a calm while and with room to spare', () => {
  const choice = new TierChoice(pictures);
  const at = (ms: number, kbps: number) => choice.review({ ...level31, kbps }, ms)?.tier;
  expect(at(0, 2000)).toBe('720p30');
  expect(at(1_000, 1700)).toBe('720p30'); // less room than it would take to begin
  expect(at(2_000, 1000)).toBe('360p15');
  expect(at(3_000, 2000)).toBe('360p15');
  expect(choice.nextReview(3_000)).toBeGreaterThan(8_000);
  expect(at(12_500, 1700)).toBe('360p15');
  expect(at(13_000, 2000)).toBe('720p30');
  expect(choice.nextReview(13_000)).toBeUndefined();
});

test('a tier of which nothing comes is left for a minute', () => {
  const choice = new TierChoice(pictures);
  const at = (ms: number) => choice.review(level4, ms)?.tier;
  expect(at(0)).toBe('1080p30');
  choice.failed(1_000);
  expect(at(1_000)).toBe('720p30');
  expect(at(40_000)).toBe('720p30');
  expect(at(62_000)).toBe('1080p30');
  for (const _ of pictures) {
    choice.failed(63_000);
    at(63_000);
  }
  expect(at(63_000)).toBe('360p15');
});
