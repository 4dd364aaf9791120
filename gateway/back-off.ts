/** Waits longer after each failure in a row, twice as long each time; what lasted a while begins anew. */
export class BackOff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #failures = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(times: { firstMs: number; longestMs: number }) {
    this.#firstMs = times.firstMs;
    this.#longestMs = times.longestMs;
  }

  /** It has failed or ended: how long to wait, in milliseconds. `nowMs` on any clock that only goes forward. */
  next(nowMs: number): number {
    // It ran for longer than one could have had to wait for it: this is another failure, not the same one again.
    if (nowMs - this.#lastMs > 2 * this.#longestMs) this.#failures = 0;
    const ms = Math.min(this.#firstMs * 2 ** this.#failures, this.#longestMs);
    this.#failures += 1;
    this.#lastMs = nowMs;
    return ms;
  }
}
