import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { PictureTier as TierSettings } from '../../picture-protocol.ts';
import type { RtpOutput } from '../../protocol.ts';
import { addBin, type Branch, branchFromTee, countPassed, discard, linkPads, padOf, requestPad } from '../branch.ts';
import { type BoundSocket, bindSocket, connectOutput, elementOf, forceKeyFrame, readProperty } from '../rtp.ts';
import { outletDescription, tierCaps, tierDescription, tierSenderDescription } from './picture-description.ts';
import { type EncoderElement, encoderDescription } from './picture-encoder-description.ts';
import type { Size } from './picture-layout.ts';

/** How a tier is encoded. */
export interface Encoding {
  readonly element: EncoderElement;
  readonly preset: 'ultrafast' | 'superfast' | 'veryfast';
}

/** How often it is looked whether a new encoder has made its first frame, in milliseconds. */
const joinMs = 10;
/** No key frame comes sooner after another, however many ask. */
const keyFrameDistanceNs = 1_000_000_000;
/** Milliseconds between steady key frames, before it is noticed that one is due. */
const steadyMs = 1500;

/**
 * One tier's way out: its encoder, which is there only while the tier is wanted, and its sender, which keeps its
 * numbers for life. Whoever opens it closes it.
 */
export class TierOutput {
  readonly #pipeline: Gst.Pipeline;
  readonly #pictures: Gst.Element;
  readonly #tier: TierSettings;
  readonly #encoding: Encoding;
  readonly #outlet: Gst.Bin;
  #bitrateKbps: number;
  #bound: BoundSocket;
  #sender: Branch;
  #encoder: Branch | undefined;
  /** Its frames go out, and it is asked for key frames. */
  #joined = false;
  #keyFramesBefore = 0;
  #keyFrames = 0;
  /** Milliseconds of the monotonic clock. */
  #keyFrameAt = 0;

  /** `pictures` is the tee of composed pictures. */
  constructor(pipeline: Gst.Pipeline, tier: TierSettings, encoding: Encoding, rtp: RtpOutput) {
    this.#pipeline = pipeline;
    this.#pictures = elementOf(pipeline, 'pictures');
    this.#tier = tier;
    this.#encoding = encoding;
    this.#bitrateKbps = tier.bitrateKbps;
    this.#bound = bindSocket(rtp.bind);
    this.#outlet = addBin(pipeline, outletDescription());
    this.#outlet.sync_state_with_parent();
    this.#sender = this.#send(rtp, randomPosition());
  }

  get port(): number {
    return this.#bound.port;
  }

  get encodes(): boolean {
    return this.#encoder !== undefined;
  }

  get framesOut(): number {
    return countPassed(this.#outlet, 'encoded-frames');
  }

  get keyFrames(): number {
    return countPassed(this.#outlet, 'key-frames');
  }

  /** Sends elsewhere from now on, and goes on in its numbers where it was. */
  move(rtp: RtpOutput): void {
    const bound = bindSocket(rtp.bind);
    const payloader = elementOf(this.#sender.bin, 'payloader');
    const sequence = (Number(readProperty(payloader, 'seqnum')) + 1) & 0xffff;
    const timestampOffset = Number(readProperty(payloader, 'timestamp-offset'));
    this.#sender.remove();
    this.#bound.socket.close();
    this.#bound = bound;
    this.#sender = this.#send(rtp, { sequence, timestampOffset });
    this.requestKeyFrame();
  }

  /** Encodes in this size, at most its own. */
  encode(size: Size): void {
    if (this.#encoder === undefined) {
      const { element, preset } = this.#encoding;
      const encoder = encoderDescription(element, { ...this.#tier, bitrateKbps: this.#bitrateKbps, preset });
      const description = tierDescription({ ...this.#tier, ...size }, encoder);
      const onward = padOf(this.#outlet, 'sink');
      const branch = branchFromTee(this.#pipeline, this.#pictures, description, { onward });
      this.#encoder = branch;
      GLib.timeout_add(GLib.PRIORITY_DEFAULT, joinMs, () => {
        if (this.#encoder !== branch) return false;
        if (!this.#joined && countPassed(branch.bin, 'made') > 0) this.#join(branch.bin);
        if (!this.#joined || this.keyFrames === this.#keyFramesBefore) return true;
        elementOf(branch.bin, 'encoder').set_property('min-force-key-unit-interval', keyFrameDistanceNs);
        return false;
      });
    } else Gst.util_set_object_arg(elementOf(this.#encoder.bin, 'size'), 'caps', tierCaps(size));
  }

  rest(): void {
    this.#encoder?.remove();
    this.#encoder = undefined;
    this.#joined = false;
  }

  setBitrate(kbps: number): void {
    this.#bitrateKbps = kbps;
    if (this.#encoder !== undefined) elementOf(this.#encoder.bin, 'encoder').set_property('bitrate', kbps);
  }

  requestKeyFrame(): void {
    if (this.#encoder !== undefined && this.#joined) forceKeyFrame(elementOf(this.#encoder.bin, 'encoder'), false);
  }

  /** Looks after steady key frames; `nowMs` is the monotonic clock. */
  keepSteady(nowMs: number): void {
    const { keyFrames } = this;
    if (keyFrames !== this.#keyFrames) this.#keyFrameAt = nowMs;
    this.#keyFrames = keyFrames;
    if (nowMs - this.#keyFrameAt < steadyMs) return;
    this.#keyFrameAt = nowMs;
    this.requestKeyFrame();
  }

  close(): void {
    this.rest();
    this.#sender.remove();
    discard(this.#pipeline, this.#outlet);
    this.release();
  }

  /** The socket alone, when the pipeline has been stopped as a whole. */
  release(): void {
    this.#bound.socket.close();
  }

  /**
   * Lets an encoder's frames out, beginning with a key frame. GStreamer 1.22 takes the time of its first frame for a thousand
   * hours later: asked for a key frame before that one, it would obey no more once it limits how often it does. So
   * it is asked after its first frame, and limited after the next key frame.
   */
  #join(bin: Gst.Bin): void {
    this.#keyFramesBefore = this.keyFrames;
    forceKeyFrame(elementOf(bin, 'encoder'), false);
    linkPads(requestPad(elementOf(bin, 'ready'), 'src_%u'), padOf(elementOf(bin, 'out'), 'sink'));
    this.#joined = true;
  }

  #send(rtp: RtpOutput, position: { sequence: number; timestampOffset: number }): Branch {
    const prepare = (bin: Gst.Bin) => connectOutput(bin, this.#bound, rtp.remote);
    const tee = elementOf(this.#outlet, 'in');
    return branchFromTee(this.#outlet, tee, tierSenderDescription(rtp, position), { prepare });
  }
}

/** RFC 3550 5.1: both begin at random. */
function randomPosition() {
  return { sequence: Math.floor(Math.random() * 0x8000), timestampOffset: Math.floor(Math.random() * 0x80000000) };
}
