/** What one output of a composer sent, told from its packets alone. */
import type { Packet } from '../integration/engine-peers.ts';

const CLOCK_PER_MS = 90;

/** One frame as it arrived. */
export interface Arrived {
  /** `performance.now()` of its last packet. */
  readonly at: number;
  /** On the stream's clock of 90 kHz. */
  readonly stamp: number;
}

export interface Gap {
  /** `performance.now()` of the frame that ended it. */
  readonly at: number;
  /** From one frame to the next on the stream's own clock. */
  readonly ms: number;
}

/** Counts the frames of H.264 with one NAL unit in each packet (RFC 6184 6.2). */
export class FrameCounter {
  readonly ssrcs = new Set<number>();
  frames = 0;
  keyFrames = 0;
  lost = 0;
  largestGapMs = 0;
  /** Between two frames, in arrival. */
  largestSilenceMs = 0;
  /** Between two key frames; infinite before the second. */
  leastKeyFrameDistanceMs = Number.POSITIVE_INFINITY;
  /** Longer ones than this are kept. */
  readonly gaps: Gap[] = [];
  readonly #longMs: number;
  #sequence: number | undefined;
  #before: Arrived | undefined;
  #keyFrameStamp: number | undefined;

  constructor(longMs: number) {
    this.#longMs = longMs;
  }

  /** Answers whether packets are missing before this one, and the frame that it ends. */
  take({ at, bytes }: Packet): { isBroken: boolean; frame?: Arrived } {
    const [sequence, stamp] = [bytes.readUInt16BE(2), bytes.readUInt32BE(4)];
    this.ssrcs.add(bytes.readUInt32BE(8));
    const isBroken = this.#sequence !== undefined && sequence !== ((this.#sequence + 1) & 0xffff);
    this.#sequence = sequence;
    if (isBroken) {
      this.lost += 1;
      this.#before = undefined;
    }
    if (((bytes[12] ?? 0) & 31) === 5 && stamp !== this.#keyFrameStamp) this.#countKeyFrame(stamp);
    if (((bytes[1] ?? 0) & 0x80) === 0) return { isBroken };
    const frame = { at, stamp };
    this.#countFrame(frame);
    return { isBroken, frame };
  }

  /** What comes next does not follow upon what came before: nobody wanted it for a while. */
  rest(): void {
    this.#before = undefined;
    this.#keyFrameStamp = undefined;
  }

  #countKeyFrame(stamp: number): void {
    const before = this.#keyFrameStamp;
    this.#keyFrameStamp = stamp;
    this.keyFrames += 1;
    if (before === undefined) return;
    const ms = ((stamp - before) >>> 0) / CLOCK_PER_MS;
    this.leastKeyFrameDistanceMs = Math.min(this.leastKeyFrameDistanceMs, ms);
  }

  #countFrame(frame: Arrived): void {
    const before = this.#before;
    this.#before = frame;
    this.frames += 1;
    if (before === undefined) return;
    const ms = ((frame.stamp - before.stamp) >>> 0) / CLOCK_PER_MS;
    this.largestGapMs = Math.max(this.largestGapMs, ms);
    this.largestSilenceMs = Math.max(this.largestSilenceMs, frame.at - before.at);
    if (ms > this.#longMs) this.gaps.push({ at: frame.at, ms });
  }
}
