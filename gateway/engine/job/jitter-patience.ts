/** What a jitter buffer has counted since it was made. */
export interface JitterCounts {
  readonly pushed: number;
  /** Packets that came when their time was over. */
  readonly late: number;
}

/** Milliseconds that packets may be late, one after the other as it turns out that they are later. */
const steps = [80, 160, 280] as const;
const lookEveryMs = 500;
/** A larger part than this must not come too late. */
const tolerated = 0.02;

/**
 * How long a jitter buffer waits: little on a good line, as every millisecond is one more between question and answer;
 * more once packets come too late. It does not go back, as what a line did once it does again. Pure.
 */
export class JitterPatience {
  #step = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #before: JitterCounts = { pushed: 0, late: 0 };

  /** In ms. */
  get latencyMs(): number {
    return steps[this.#step] ?? steps[0];
  }

  /** Whether `look` would take note. */
  isDue(now: number): boolean {
    return now - this.#lookedAt >= lookEveryMs;
  }

  /** `now` in ms. Smaller counts than before are those of another buffer. */
  look(now: number, counts: JitterCounts): void {
    if (!this.isDue(now)) return;
    const same = counts.pushed >= this.#before.pushed && counts.late >= this.#before.late;
    const late = same ? counts.late - this.#before.late : counts.late;
    const pushed = same ? counts.pushed - this.#before.pushed : counts.pushed;
    this.#lookedAt = now;
    this.#before = counts;
    if (late >= 2 && late > tolerated * (pushed + late)) this.#step = Math.min(this.#step + 1, steps.length - 1);
  }
}
