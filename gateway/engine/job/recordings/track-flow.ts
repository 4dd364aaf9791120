import type { Medium } from './part-mux.ts';

/** Milliseconds without anything after which a medium has stopped: sound that is silent still comes every 400 ms. */
const stoppedMs = 1500;
/** For so long the second medium is waited for, before a part begins without it. */
const companyMs = 1500;
const media = ['video', 'audio'] as const;

/** Tells which media a part is to hold. Pure: it sees counts of what has come, and the time in ms. */
export class TrackFlow {
  readonly #seen = new Map<Medium, { count: number; at: number }>();
  #since: number | undefined;

  /** Counts since each began; undefined for what is not received. */
  note(now: number, counts: Readonly<Record<Medium, number | undefined>>): void {
    for (const medium of media) {
      const count = counts[medium];
      const before = this.#seen.get(medium);
      if (count === undefined || count === 0) this.#seen.delete(medium);
      else if (count !== before?.count) this.#seen.set(medium, { count, at: now });
    }
    if (this.flowing(now).length === 0) this.#since = undefined;
    else this.#since ??= now;
  }

  flowing(now: number): Medium[] {
    return media.filter((medium) => now - (this.#seen.get(medium)?.at ?? Number.NEGATIVE_INFINITY) < stoppedMs);
  }

  /** Whether a part is to begin now: everything that is received flows, or has been waited for. */
  isReady(now: number, received: number): boolean {
    const flowing = this.flowing(now).length;
    if (flowing === 0 || this.#since === undefined) return false;
    return flowing >= received || now - this.#since >= companyMs;
  }
}
