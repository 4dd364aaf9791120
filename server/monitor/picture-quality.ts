export interface Picture {
  kbps: number;
  /** Lines. */
  height: number;
  framesPerSecond: number;
  /** 0 to 1, after repair. */
  loss: number;
  /** Part of the time, 0 to 1. */
  frozen: number;
}

/** What half of the way to the best costs a picture of people who sit, kbit/s; by its lines. */
const HALF_KBPS = 60;
const HALF_LINES = 180;
const FULL_RATE = 25;

/**
 * How good a picture looks, 1 to 4.5: an estimate in the form of ITU-T G.1070 (the quality of coding, by bit rate and frame
 * rate, times what loss leaves of it), with coefficients of our own, since G.1070 has none for these codecs and sizes.
 */
export function pictureQuality({ kbps, height, framesPerSecond, loss, frozen }: Picture): number {
  // The number of pixels grows with the square of the lines, what they cost grows more slowly.
  const half = HALF_KBPS * (height / HALF_LINES) ** 1.5;
  const coding = 3.5 * (1 - 1 / (1 + (kbps / half) ** 1.1));
  const slowness = Math.log(Math.max(1, framesPerSecond) / FULL_RATE);
  const motion = framesPerSecond >= FULL_RATE ? 1 : Math.exp(-(slowness ** 2) / 2.9);
  const resilience = Math.exp((-loss * 100) / 2.5) * (1 - frozen);
  return 1 + coding * motion * resilience;
}
