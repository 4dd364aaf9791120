import Gst from 'gi://Gst?version=1.0';
import type { RtpInput } from '../../protocol.ts';
import { type BoundSocket, connectInput, countReceived, countRendered, elementOf, forceKeyFrame } from '../rtp.ts';
import { pictureInputDescription } from './picture-description.ts';
import type { StagedInput } from './picture-figures.ts';
import type { Size } from './picture-layout.ts';
import { requestPad } from './picture-slot.ts';

export type VideoInput = RtpInput & { codec: 'VP8' | 'H264' };

/** Milliseconds without a picture, while packets arrive, after which a key frame is asked for, again and again. */
const keyFramePatienceMs = 1000;

/**
 * One input's branch of the pipeline: from its socket to its pad of the compositor. Whoever opens it closes it; the
 * socket outlives it, so that a broken branch can be opened anew on the same port.
 */
export class PictureInput implements StagedInput {
  readonly rtp: VideoInput;
  readonly bound: BoundSocket;
  live = false;
  frames = 0;
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  #bin: Gst.Bin;
  #pad: Gst.Pad;
  /** Times in milliseconds of the monotonic clock. */
  #frameAt = 0;
  #askedAt = 0;
  #packets = 0;
  #framesOfBranch = 0;

  constructor(pipeline: Gst.Pipeline, compositor: Gst.Element, rtp: VideoInput, bound: BoundSocket) {
    this.#pipeline = pipeline;
    this.#compositor = compositor;
    this.rtp = rtp;
    this.bound = bound;
    [this.#bin, this.#pad] = this.#open();
  }

  owns(path: readonly Gst.Object[]): boolean {
    return path.includes(this.#bin);
  }

  /** Takes note of new pictures; `nowMs` is the monotonic clock. Answers whether the input is live. */
  observe(nowMs: number, stallMs: number): boolean {
    const frames = countRendered(elementOf(this.#bin, 'decoded-frames'));
    if (frames > this.#framesOfBranch) this.#frameAt = nowMs;
    this.frames += frames - this.#framesOfBranch;
    this.#framesOfBranch = frames;
    if (nowMs - this.#frameAt > keyFramePatienceMs) this.#askForKeyFrame(nowMs);
    this.live = this.#frameAt > 0 && nowMs - this.#frameAt < stallMs;
    return this.live;
  }

  counts(): { packets: number; lost: number; keyFrameRequests: number } {
    return countReceived(this.#bin, this.rtp.ssrc) ?? { packets: 0, lost: 0, keyFrameRequests: 0 };
  }

  get pad(): Gst.Pad {
    return this.#pad;
  }

  shape(shape: Size | undefined): void {
    const ratio = shape === undefined ? '0/1' : `${shape.width}/${shape.height}`;
    Gst.util_set_object_arg(elementOf(this.#bin, 'crop'), 'aspect-ratio', ratio);
    Gst.util_set_object_arg(this.#pad, 'sizing-policy', shape === undefined ? 'keep-aspect-ratio' : 'none');
  }

  /** Starts anew after a failure. */
  reopen(): void {
    this.#close();
    [this.#bin, this.#pad] = this.#open();
    this.#framesOfBranch = 0;
    this.#frameAt = 0;
    this.#packets = 0;
    this.live = false;
  }

  close(): void {
    this.#close();
    this.bound.socket.close();
  }

  #askForKeyFrame(nowMs: number): void {
    if (nowMs - this.#askedAt < keyFramePatienceMs) return;
    const { packets } = this.counts();
    if (packets === this.#packets) return;
    this.#packets = packets;
    this.#askedAt = nowMs;
    // Before the parser: that one announces the key frame it was asked for to all that follows, the encoders too.
    forceKeyFrame(elementOf(this.#bin, 'depay'));
  }

  #open(): [Gst.Bin, Gst.Pad] {
    const bin = Gst.parse_bin_from_description(pictureInputDescription(this.rtp), false);
    const end = elementOf(bin, 'end').get_static_pad('src');
    if (end === null) throw new Error('no end of the branch');
    const source = Gst.GhostPad.new('src', end);
    bin.add_pad(source);
    connectInput(bin, this.bound, this.rtp.remote);
    this.#pipeline.add(bin);
    const pad = requestPad(this.#compositor);
    source.link(pad);
    bin.sync_state_with_parent();
    return [bin, pad];
  }

  /** The flush wakes whatever waits for the compositor; only then does the branch stop without holding it up. */
  #close(): void {
    this.#bin.set_locked_state(true);
    this.#pad.send_event(Gst.Event.new_flush_start());
    this.#compositor.release_request_pad(this.#pad);
    this.#bin.set_state(Gst.State.NULL);
    this.#pipeline.remove(this.#bin);
  }
}
