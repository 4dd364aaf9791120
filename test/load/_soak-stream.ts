/** A composed stream, decoded while it comes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Packet, Receiver } from '../integration/engine-peers.ts';
import type { DecodedPicture } from './_soak-tiles.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
const CLOCK = 90_000;

/** One frame as it arrived. */
export interface Arrived {
  /** `performance.now()` of its last packet. */
  readonly at: number;
  /** On the stream's clock of 90 kHz. */
  readonly stamp: number;
}

export interface StreamFigures {
  frames: number;
  keyFrames: number;
  lost: number;
  /** The longest time from one frame to the next on the stream's own clock, and in arrival. */
  largestGapMs: number;
  largestSilenceMs: number;
}

interface Decoder {
  readonly process: ChildProcessWithoutNullStreams;
  readonly arrived: Arrived[];
  rest: Buffer;
}

/** Takes packets off a receiver, which keeps none of them. Whoever opens it closes it. */
export class ComposedStream {
  readonly figures: StreamFigures = { frames: 0, keyFrames: 0, lost: 0, largestGapMs: 0, largestSilenceMs: 0 };
  readonly #receiver: Receiver;
  readonly #size: { width: number; height: number };
  readonly #seen: (picture: DecodedPicture, frame: Arrived) => void;
  readonly #timer: NodeJS.Timeout;
  #decoder: Decoder | undefined;
  #sequence: number | undefined;
  #before: Arrived | undefined;
  #keyFrameStamp: number | undefined;

  constructor(
    receiver: Receiver,
    size: { width: number; height: number },
    seen: (picture: DecodedPicture, frame: Arrived) => void,
  ) {
    this.#receiver = receiver;
    this.#size = size;
    this.#seen = seen;
    this.#timer = setInterval(() => this.#take(), 50);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#decoder?.process.kill('SIGKILL');
  }

  #take(): void {
    for (const packet of this.#receiver.rtp.splice(0)) this.#takePacket(packet);
  }

  #takePacket({ at, bytes }: Packet): void {
    const [sequence, stamp] = [bytes.readUInt16BE(2), bytes.readUInt32BE(4)];
    if (this.#sequence !== undefined && sequence !== ((this.#sequence + 1) & 0xffff)) this.#miss();
    this.#sequence = sequence;
    const nal = bytes.subarray(12);
    const type = (nal[0] ?? 0) & 31;
    if (type === 5 && stamp !== this.#keyFrameStamp) {
      this.#keyFrameStamp = stamp;
      this.figures.keyFrames += 1;
    }
    // A sequence parameter set comes before each key frame.
    if (type === 7) this.#decoder ??= this.#begin();
    this.#decoder?.process.stdin.write(Buffer.concat([START_CODE, nal]));
    if (((bytes[1] ?? 0) & 0x80) !== 0) this.#takeFrame({ at, stamp });
  }

  #takeFrame(frame: Arrived): void {
    const before = this.#before;
    this.#before = frame;
    this.figures.frames += 1;
    this.#decoder?.arrived.push(frame);
    if (before === undefined) return;
    const gapMs = ((frame.stamp - before.stamp) >>> 0) / (CLOCK / 1000);
    this.figures.largestGapMs = Math.max(this.figures.largestGapMs, gapMs);
    this.figures.largestSilenceMs = Math.max(this.figures.largestSilenceMs, frame.at - before.at);
  }

  /** What this machine lost cannot be decoded: it begins anew with the next key frame. */
  #miss(): void {
    this.figures.lost += 1;
    this.#decoder?.process.kill('SIGKILL');
    this.#decoder = undefined;
    this.#before = undefined;
  }

  #begin(): Decoder {
    const quick = '-flags low_delay -probesize 32 -analyzeduration 0 -threads 1';
    const words = `-v error ${quick} -f h264 -i - -fps_mode passthrough -pix_fmt yuv420p -f rawvideo -`.split(' ');
    const decoder: Decoder = {
      process: spawn('ffmpeg', words, { stdio: ['pipe', 'pipe', 'pipe'] }),
      arrived: [],
      rest: Buffer.alloc(0),
    };
    decoder.process.stdin.on('error', () => undefined);
    decoder.process.stderr.resume();
    decoder.process.stdout.on('data', (part: Buffer) => this.#decoded(decoder, part));
    return decoder;
  }

  #decoded(decoder: Decoder, part: Buffer): void {
    const { width, height } = this.#size;
    const size = (width * height * 3) / 2;
    decoder.rest = Buffer.concat([decoder.rest, part]);
    while (decoder.rest.length >= size) {
      const bytes = decoder.rest.subarray(0, size);
      decoder.rest = decoder.rest.subarray(size);
      const frame = decoder.arrived.shift();
      if (frame !== undefined) this.#seen({ width, height, bytes }, frame);
    }
  }
}
