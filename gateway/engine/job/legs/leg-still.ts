import GLib from 'gi://GLib?version=2.0';
import type Gst from 'gi://Gst?version=1.0';
import { type Branch, branchFromTee, countPassed } from '../branch.ts';
import { elementOf, readProperty } from '../rtp.ts';
import { stillDescription } from './leg-server-description.ts';
import type { PassedCodec } from './leg-video-description.ts';

/** Milliseconds in which a key frame should come by itself, and after which there is none. */
const askMs = 700;
const giveUpMs = 3000;

export interface StillSource {
  readonly pipeline: Gst.Pipeline;
  /** The tee of the endpoint's pictures. */
  readonly from: Gst.Element;
}

interface Waiting {
  readonly branch: Branch;
  readonly since: number;
  asked: boolean;
  readonly answer: Promise<string | null>;
  settle(jpeg: string | null): void;
}

/** Makes small pictures of the endpoint's key frames, and decodes nothing else and only while somebody waits for one. */
export class StillMaker {
  readonly #source: StillSource;
  readonly #askForKeyFrame: () => void;
  #waiting: Waiting | undefined;

  constructor(source: StillSource, askForKeyFrame: () => void) {
    this.#source = source;
    this.#askForKeyFrame = askForKeyFrame;
  }

  /** Whether a key frame is waited for. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** The next key frame as a JPEG in base64; null when none has come in time. `now` in ms. */
  take(codec: PassedCodec, now: number): Promise<string | null> {
    this.#waiting ??= this.#begin(codec, now);
    return this.#waiting.answer;
  }

  poll(now: number): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const jpeg = readPicture(waiting.branch.bin);
    if (jpeg !== undefined || now - waiting.since > giveUpMs) {
      this.#end(jpeg ?? null);
      return;
    }
    if (countPassed(waiting.branch.bin, 'keys') > 0) {
      // A decoder that would bring pictures into another order gives the first one when it has seen some more.
      elementOf(waiting.branch.bin, 'only-keys').set_property('drop-buffer-flags', 0);
    }
    if (waiting.asked || now - waiting.since < askMs) return;
    waiting.asked = true;
    this.#askForKeyFrame();
  }

  /** Nobody waits any more for what cannot come. */
  close(): void {
    this.#end(null);
  }

  #begin(codec: PassedCodec, since: number): Waiting {
    const { pipeline, from } = this.#source;
    const branch = branchFromTee(pipeline, from, stillDescription(codec));
    let settle: (jpeg: string | null) => void = () => undefined;
    const answer = new Promise<string | null>((resolve) => {
      settle = resolve;
    });
    return { branch, since, asked: false, answer, settle };
  }

  #end(jpeg: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.branch.remove();
    waiting?.settle(jpeg);
  }
}

function readPicture(bin: Gst.Bin): string | undefined {
  const sample = readProperty(elementOf(bin, 'picture'), 'last-sample') as Gst.Sample | null;
  if (sample === null) return undefined;
  const buffer = sample.get_buffer();
  return GLib.base64_encode(buffer.extract_dup(0, buffer.get_size()));
}
