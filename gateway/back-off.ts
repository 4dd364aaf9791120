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

/**
 * Tries until it succeeds, ever later after each failure. Never rejects.
 * @returns gives up; what is under way runs to its end
 */
export function persist(
  step: () => Promise<void>,
  backOff: BackOff,
  onFailure: (error: unknown, waitMs: number) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isGivenUp = false;
  const attempt = () =>
    void step().catch((error: unknown) => {
      if (isGivenUp) return;
      const waitMs = backOff.next(performance.now());
      onFailure(error, waitMs);
      timer = setTimeout(attempt, waitMs);
    });
  attempt();
  return () => {
    isGivenUp = true;
    clearTimeout(timer);
  };
}
