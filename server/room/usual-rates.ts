/** What layers cost where their sender has not said it: 180, 360 and 720 lines, kbit/s. */
export const USUAL_KBPS = [150, 500, 1_700] as const;
/** A presentation in one layer. */
export const USUAL_CONTENT_KBPS = 1_500;
/** A sound's packets with all their headers. */
export const SOUND_KBPS = 45;

const [SMALL, MEDIUM, LARGE] = USUAL_KBPS;

/** What a site needs to hear and to be heard, and with it a small, a medium and a large picture; kbit/s. A camera is sent in all its layers. */
export const LINE_NEEDS = {
  up: {
    sound: SOUND_KBPS,
    small: SOUND_KBPS + SMALL,
    medium: SOUND_KBPS + SMALL + MEDIUM,
    large: SOUND_KBPS + SMALL + MEDIUM + LARGE,
  },
  down: { sound: SOUND_KBPS, small: SOUND_KBPS + SMALL, medium: SOUND_KBPS + MEDIUM, large: SOUND_KBPS + LARGE },
} as const;

/** 1280x720 at 25 frames a second. */
const REFERENCE = { pixelsPerSecond: 1280 * 720 * 25, kbps: 1400 };
/** A picture of twice the pixels is not twice as hard to describe. */
const EXPONENT = 0.75;
const BOUNDS = { least: 150, most: 6000 };

export interface ComposedSize {
  width: number;
  height: number;
  framesPerSecond: number;
}

/** What a composed picture of this size costs on a line, without the headers of its packets. */
export function composedKbps({ width, height, framesPerSecond }: ComposedSize): number {
  const size = (width * height * framesPerSecond) / REFERENCE.pixelsPerSecond;
  return Math.round(Math.min(BOUNDS.most, Math.max(BOUNDS.least, REFERENCE.kbps * size ** EXPONENT)));
}

/** Before a larger one is taken so much more than its rate must be there: a picture has busier seconds, and its packets have headers. */
export const COMPOSED_HEADROOM = 1.15;
