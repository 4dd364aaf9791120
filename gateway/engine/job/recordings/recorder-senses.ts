/** In dB. Quieter is silence: rooms with an open microphone are louder by 20 dB. */
const silenceDb = -70;
/** 0 to 255. A picture without anything brighter is black; names and slides are bright. */
const blackLuma = 56;
/** A bright picture is looked at again after so many ms: decoding one costs as much as all else in a tenth of a second. */
const lookAgainMs = 7000;

/** For how long there has been no sound and no picture. Pure: times in ms of one clock. */
export class RecorderSenses {
  #heardAt: number;
  #seenAt: number;
  #isDark = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(now: number) {
    this.#heardAt = now;
    this.#seenAt = now;
  }

  hear(rmsDb: number, now: number): void {
    if (rmsDb > silenceDb) this.#heardAt = now;
  }

  /** Whether the next picture is to be looked at: while it is dark, each of them. */
  isCurious(now: number): boolean {
    return this.#isDark || now - this.#lookedAt >= lookAgainMs;
  }

  /** @param luma of a picture, made small */
  see(luma: Uint8Array, now: number): void {
    this.#lookedAt = now;
    this.#isDark = luma.every((value) => value < blackLuma);
  }

  /** @param isSlide nothing but the slide is there */
  tell(now: number, isSlide: boolean): { silentMs: number; blackMs: number } {
    if (!this.#isDark && !isSlide) this.#seenAt = now;
    return { silentMs: Math.round(now - this.#heardAt), blackMs: Math.round(now - this.#seenAt) };
  }
}
