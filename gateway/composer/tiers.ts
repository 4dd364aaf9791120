import type { Settings } from '../../server/config.ts';
import type { PictureTier as EngineTier } from '../engine/picture-protocol.ts';

/** A size and frame rate in which composed pictures are sent, and its name: 720p30. */
export type PictureTier = Settings['pictures'][number];

/** 1280x720 at 25 frames a second. */
const REFERENCE = { pixelsPerSecond: 1280 * 720 * 25, kbps: 1400 };
/** A picture of twice the pixels is not twice as hard to describe. */
const EXPONENT = 0.75;
const BOUNDS = { least: 150, most: 6000 };

/** What a composed picture of this size costs on a line, without the headers of its packets. */
export function kbpsOf({ width, height, framesPerSecond }: Omit<PictureTier, 'tier'>): number {
  const size = (width * height * framesPerSecond) / REFERENCE.pixelsPerSecond;
  return Math.round(Math.min(BOUNDS.most, Math.max(BOUNDS.least, REFERENCE.kbps * size ** EXPONENT)));
}

/** As the engine wants to know it. */
export function engineTier(picture: PictureTier): EngineTier {
  const { tier, width, height, framesPerSecond } = picture;
  return { tierId: tier, width, height, fps: framesPerSecond, bitrateKbps: kbpsOf(picture) };
}
