import { COMPOSED_HEADROOM } from '../../server/room/usual-rates.ts';
import { kbpsOf, type PictureTier } from '../composer/tiers.ts';
import { isWithin, macroblocks } from '../engine/job/legs/leg-fit.ts';
import type { NegotiatedVideo } from '../sip/index.ts';

/** What one line of an endpoint takes, by what was agreed on and what it has asked for since. */
export interface LineLimits extends Pick<NegotiatedVideo, 'codec'> {
  /** Macroblocks a frame and a second (RFC 6184 8.1). */
  maxFs: number;
  maxMbps: number;
  kbps: number;
}

/** @param limitKbps what its line bears, and what it has asked for (TMMBR, RFC 5104 4.2.1) */
export function lineLimits({ codec, limits, maxBitrate }: NegotiatedVideo, limitKbps = Infinity): LineLimits {
  return { codec, maxFs: limits.maxFs, maxMbps: limits.maxMbps, kbps: Math.min(limitKbps, maxBitrate / 1000) };
}

/** A line that has just become weaker is not tried again before this long. */
const CALM_MS = 10_000;
/** Nor a tier of which nothing came. */
const FAILED_MS = 60_000;
/** What is encoded for one endpoint alone anyway is not made from more than it can have of it. */
const TALLEST: Record<NegotiatedVideo['codec'], number> = { H264: Infinity, VP8: 720, H265: 360 };

/**
 * Which tier of its picture an endpoint gets: the largest that it can decode and its line bears, the smallest where it
 * can take none; its leg then makes one for it. Goes down at once and up with hesitation. `now` in ms, on any clock that only goes
 * forward.
 */
export class TierChoice {
  readonly #pictures: readonly PictureTier[];
  readonly #failed = new Map<PictureTier, number>();
  #current: PictureTier | undefined;
  #weakenedAt = Number.NEGATIVE_INFINITY;

  /** @param pictures the largest first, at least one */
  constructor(pictures: readonly PictureTier[]) {
    this.#pictures = pictures;
  }

  review(limits: LineLimits, now: number): PictureTier | undefined {
    const current = this.#current;
    const best = this.#best(limits, now);
    const isRise = current !== undefined && best !== undefined && this.#isAbove(best, current);
    if (isRise && now - this.#weakenedAt < CALM_MS) return current;
    if (current !== undefined && best !== current && !isRise) this.#weakenedAt = now;
    this.#current = best;
    return best;
  }

  /** Nothing has come of the present one. */
  failed(now: number): void {
    if (this.#current) this.#failed.set(this.#current, now);
  }

  /** When there may be another answer though nothing has changed, in ms from now; nothing where there will not be. */
  nextReview(now: number): number | undefined {
    const times = [...this.#failed.values()].map((at) => at + FAILED_MS).concat(this.#weakenedAt + CALM_MS);
    const coming = times.filter((at) => at >= now);
    return coming.length > 0 ? Math.min(...coming) - now + 1 : undefined;
  }

  #best(limits: LineLimits, now: number): PictureTier | undefined {
    const may = (picture: PictureTier) => {
      const headroom = picture === this.#current ? 1 : COMPOSED_HEADROOM;
      return !this.#hasFailed(picture, now) && isTaken(picture, limits) && kbpsOf(picture) * headroom <= limits.kbps;
    };
    return this.#pictures.find(may) ?? this.#pictures.at(-1);
  }

  #isAbove(one: PictureTier, other: PictureTier): boolean {
    return this.#pictures.indexOf(one) < this.#pictures.indexOf(other);
  }

  #hasFailed(picture: PictureTier, now: number): boolean {
    return now - (this.#failed.get(picture) ?? Number.NEGATIVE_INFINITY) < FAILED_MS;
  }
}

function isTaken(picture: PictureTier, { codec, maxFs, maxMbps }: LineLimits): boolean {
  const blocks = macroblocks(picture);
  const isDecoded = blocks <= maxFs && isWithin(picture, maxFs) && blocks * picture.framesPerSecond <= maxMbps;
  return isDecoded && picture.height <= TALLEST[codec];
}
