import type Gst from 'gi://Gst?version=1.0';
import { type Branch, branchFromTee, padOf, requestPad } from '../branch.ts';
import { elementOf, readProperty } from '../rtp.ts';
import type { StreamPosition } from './leg-rtp.ts';
import { type TierName, tierDecodeDescription, tierDescription } from './leg-server-description.ts';
import type { PassedCodec } from './leg-video-description.ts';

export type WantedTiers = Readonly<Record<TierName, boolean>>;

interface Tier {
  readonly position: StreamPosition;
  /** While it is on. */
  running: { readonly branch: Branch; readonly pad: Gst.Pad } | undefined;
}

/**
 * Smaller pictures of what passes to the server, in the same session and therefore with the same clock. One decoder
 * serves both, and is there only while one of them is on. The bin to the server holds the tees `passed` and `raw` and
 * the funnel `layers`, see `serverDescription`; what is added to it here goes with it.
 */
export class Tiers {
  readonly #bin: Gst.Bin;
  readonly #codec: PassedCodec;
  readonly #payloadType: number;
  readonly #tiers = new Map<TierName, Tier>();
  #decoder: Branch | undefined;

  /** `ssrcs` from the smallest up; a tier that has none is never sent. */
  constructor(bin: Gst.Bin, codec: PassedCodec, payloadType: number, ssrcs: readonly number[]) {
    this.#bin = bin;
    this.#codec = codec;
    this.#payloadType = payloadType;
    for (const [index, name] of (['low', 'mid'] as const).entries()) {
      const ssrc = ssrcs[index];
      if (ssrc === undefined) continue;
      const timestampOffset = Math.floor(Math.random() * 0x80000000);
      const sequence = Math.floor(Math.random() * 0x8000);
      this.#tiers.set(name, { position: { ssrc, timestampOffset, sequence }, running: undefined });
    }
  }

  /** Answers whether a decoder has begun, which can do nothing before a key frame. */
  set(wanted: WantedTiers): boolean {
    for (const [name, tier] of this.#tiers) if (!wanted[name]) this.#stop(tier);
    const any = [...this.#tiers.keys()].some((name) => wanted[name]);
    const begins = any && this.#decoder === undefined;
    if (begins) this.#startDecoder();
    for (const [name, tier] of this.#tiers) if (wanted[name]) this.#start(name, tier);
    if (!any) this.#stopDecoder();
    return begins;
  }

  #startDecoder(): void {
    const onward = padOf(elementOf(this.#bin, 'raw'), 'sink');
    const description = tierDecodeDescription(this.#codec);
    this.#decoder = branchFromTee(this.#bin, elementOf(this.#bin, 'passed'), description, { onward });
  }

  #stopDecoder(): void {
    this.#decoder?.remove();
    this.#decoder = undefined;
  }

  #start(name: TierName, tier: Tier): void {
    if (tier.running !== undefined) return;
    const pad = requestPad(elementOf(this.#bin, 'layers'), 'sink_%u');
    const description = tierDescription(name, this.#codec, this.#payloadType, tier.position);
    const branch = branchFromTee(this.#bin, elementOf(this.#bin, 'raw'), description, { onward: pad });
    tier.running = { branch, pad };
  }

  #stop(tier: Tier): void {
    if (tier.running === undefined) return;
    const { branch, pad } = tier.running;
    const pay = elementOf(branch.bin, 'pay');
    branch.remove();
    // RFC 3550 5.1: a stream that comes back goes on where it stopped.
    tier.position.sequence = (Number(readProperty(pay, 'seqnum')) + 1) % 0x10000;
    elementOf(this.#bin, 'layers').release_request_pad(pad);
    tier.running = undefined;
  }
}
