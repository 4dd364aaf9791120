/** What each output of a soak's composer sent, and whose fault it is where frames are missing. */
import type { Receiver } from '../integration/engine-peers.ts';
import type { ProcessorWaits } from './_processor-waits.ts';
import { FrameCounter, type Gap } from './_soak-frames.ts';

/** No gap is to be longer: one frame may be missing. */
const GAP_FRAMES = 2;
/** A stamp may be off by so much of a frame. */
const STAMP_TOLERANCE = 0.1;
/** What held a frame up happened at most so long before. */
const HELD_UP_MS = 300;
const EXAMPLES = 8;

export interface OutputFigures {
  readonly frames: number;
  /** 1 when none is missing: the longest time between two frames, on the stream's clock, in frames. */
  readonly largestGapFrames: number;
  /** Gaps of more than two frames; where a thread of the composer waited for a processor meanwhile, this machine's. */
  readonly longGaps: { readonly own: number; readonly machine: number; readonly examples: readonly string[] };
  /** In arrival, where this machine's other work shows too. */
  readonly largestSilenceMs: number;
  readonly keyFramesPerSecond: number;
  /** Null before the second key frame. */
  readonly leastKeyFrameDistanceMs: number | null;
  readonly ssrcs: number;
  readonly packetsLost: number;
}

export class OutputWatch {
  readonly counter: FrameCounter;
  readonly #fps: number;
  readonly #waits: ProcessorWaits;
  readonly #examples: string[] = [];
  #own = 0;
  #machine = 0;

  constructor(fps: number, waits: ProcessorWaits) {
    this.#fps = fps;
    this.#waits = waits;
    this.counter = new FrameCounter(((GAP_FRAMES + STAMP_TOLERANCE) * 1000) / fps);
  }

  /** Counts what has come to a receiver that nobody else reads. */
  drain(receiver: Receiver): void {
    for (const packet of receiver.rtp.splice(0)) this.counter.take(packet);
  }

  /** To be called more than once a second. */
  look(): void {
    for (const gap of this.counter.gaps.splice(0)) this.#judge(gap);
  }

  figures(): OutputFigures {
    const { frames, keyFrames, ssrcs, lost, largestGapMs, largestSilenceMs, leastKeyFrameDistanceMs } = this.counter;
    return {
      frames,
      largestGapFrames: Math.round((largestGapMs * this.#fps) / 10) / 100,
      longGaps: { own: this.#own, machine: this.#machine, examples: this.#examples },
      largestSilenceMs: Math.round(largestSilenceMs),
      keyFramesPerSecond: Math.round((1000 * keyFrames) / Math.max(1, frames / this.#fps)) / 1000,
      leastKeyFrameDistanceMs: Number.isFinite(leastKeyFrameDistanceMs) ? Math.round(leastKeyFrameDistanceMs) : null,
      ssrcs: ssrcs.size,
      packetsLost: lost,
    };
  }

  /** One thread without a processor for half of what is missing is reason enough: others wait for it. */
  #judge({ at, ms }: Gap): void {
    const missingMs = ms - 1000 / this.#fps;
    const waitedMs = this.#waits.longestBetween(at - ms - HELD_UP_MS, at);
    if (waitedMs >= missingMs / 2) this.#machine += 1;
    else this.#own += 1;
    const what = `${Math.round((ms * this.#fps) / 1000)} frames at ${Math.round(at)} ms, waited ${Math.round(waitedMs)} ms`;
    if (this.#examples.length < EXAMPLES) this.#examples.push(what);
  }
}
