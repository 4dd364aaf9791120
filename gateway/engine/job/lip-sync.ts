/**
 * How one stream's clocks hang together: its last sender report (RFC 3550 6.4.1: `reportNtp` in 1/2^32 s, `reportRtp`
 * in clock units) and one packet with its RTP timestamp and the running time (ns) it was given on arrival.
 */
export interface StreamClock {
  readonly reportNtp: number;
  readonly reportRtp: number;
  readonly clockRate: number;
  readonly rtp: number;
  readonly pts: number;
}

export interface SyncOffsets {
  readonly videoNs: number;
  readonly audioNs: number;
}

/** Seconds between two measurements, and the most that a stream may be brought forward at once. */
const everyMs = 1000;
const stepMs = 15;
/** Below this nobody notices; above this the two clocks do not belong together. */
const negligibleMs = 8;
const absurdMs = 900;

/** Running time minus time of capture, in ms. Two streams of one sender are in step when theirs are equal. */
export function delayOf({ reportNtp, reportRtp, clockRate, rtp, pts }: StreamClock): number {
  const sinceReport = ((rtp - reportRtp) | 0) / clockRate;
  return pts / 1e6 - 1000 * (reportNtp / 2 ** 32 + sinceReport);
}

/**
 * Keeps sound and picture of one sender in step: tells by how much each is to be delayed, one of them always by
 * nothing. Delays grow at once and shrink in small steps, so that no timestamp ever goes back behind the last one.
 */
export class LipSync {
  #measuredAt = Number.NEGATIVE_INFINITY;
  #lagMs = 0;

  /** Whether it is time for the next measurement; `now` in ms. */
  isDue(now: number): boolean {
    return now - this.#measuredAt >= everyMs;
  }

  /** Answers only when something is to change. */
  measure(now: number, video: StreamClock | undefined, audio: StreamClock | undefined): SyncOffsets | undefined {
    if (video === undefined || audio === undefined || !this.isDue(now)) return undefined;
    this.#measuredAt = now;
    const lag = delayOf(audio) - delayOf(video);
    if (Math.abs(lag) > absurdMs || Math.abs(lag - this.#lagMs) < negligibleMs) return undefined;
    this.#lagMs = approach(this.#lagMs, lag);
    return {
      videoNs: Math.round(Math.max(0, this.#lagMs) * 1e6),
      audioNs: Math.round(Math.max(0, -this.#lagMs) * 1e6),
    };
  }
}

/** A lag above zero delays the picture, one below zero the sound. */
function approach(from: number, to: number): number {
  if (from > 0 && to < from) return Math.max(to, from - stepMs);
  if (from < 0 && to > from) return Math.min(to, from + stepMs);
  return to;
}
