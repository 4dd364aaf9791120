/** A composed stream, decoded while it comes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Packet, Receiver } from '../integration/engine-peers.ts';
import type { Arrived, FrameCounter } from './_soak-frames.ts';
import type { DecodedPicture } from './_soak-tiles.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);

interface Decoder {
  readonly process: ChildProcessWithoutNullStreams;
  readonly arrived: Arrived[];
  rest: Buffer;
}

/** Takes packets off a receiver, which keeps none of them. Whoever opens it closes it. */
export class ComposedStream {
  readonly #receiver: Receiver;
  readonly #counter: FrameCounter;
  readonly #size: { width: number; height: number };
  readonly #seen: (picture: DecodedPicture, frame: Arrived) => void;
  readonly #timer: NodeJS.Timeout;
  #decoder: Decoder | undefined;

  constructor(
    receiver: Receiver,
    counter: FrameCounter,
    size: { width: number; height: number },
    seen: (picture: DecodedPicture, frame: Arrived) => void,
  ) {
    this.#receiver = receiver;
    this.#counter = counter;
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

  #takePacket(packet: Packet): void {
    const { isBroken, frame } = this.#counter.take(packet);
    if (isBroken) this.#end();
    const nal = packet.bytes.subarray(12);
    // A sequence parameter set comes before each key frame.
    if (((nal[0] ?? 0) & 31) === 7) this.#decoder ??= this.#begin();
    this.#decoder?.process.stdin.write(Buffer.concat([START_CODE, nal]));
    if (frame !== undefined) this.#decoder?.arrived.push(frame);
  }

  /** What this machine lost cannot be decoded: it begins anew with the next key frame. */
  #end(): void {
    this.#decoder?.process.kill('SIGKILL');
    this.#decoder = undefined;
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
