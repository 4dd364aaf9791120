/** Milliseconds for which a picture is needed once somebody has asked for a key frame of it. */
const askedMs = 3000;
/** The same for how long its decoder is kept when nobody needs it: stills are made every few seconds. */
const keptMs = 6000;
/** In which nothing that was let through is still under way. */
const passedMs = 200;

export type PictureUse = 'needed' | 'resting' | 'gone';

/**
 * Whether what an endpoint shows is worth decoding: a codec sends its picture all the time, and mostly nobody receives
 * it. Between `needed` and `gone` nothing is let through any more, and nothing is removed yet. Pure.
 */
export class PictureNeed {
  #neededUntil = Number.NEGATIVE_INFINITY;
  #askedUntil = Number.NEGATIVE_INFINITY;

  /** A receiver has asked for a key frame; `now` in ms. The word that it receives comes later. */
  asked(now: number): void {
    this.#askedUntil = now + askedMs;
  }

  /** `steady`: what was decoded before goes on without harm where packets are missing. */
  use(now: number, { needed, steady }: { needed: boolean; steady: boolean }): PictureUse {
    if (needed || now < this.#askedUntil) {
      this.#neededUntil = now;
      return 'needed';
    }
    return now - this.#neededUntil < (steady ? keptMs : passedMs) ? 'resting' : 'gone';
  }
}
