import type { LineCapacity } from '../../server/protocol/records.ts';
import { type PictureRates, picturesOf } from '../../server/room/line-capacity.ts';
import type { LegStats } from '../engine/leg-protocol.ts';
import type { Negotiated } from '../sip/index.ts';
import { deliveryOf, estimateLine, NOTHING_KNOWN } from './line-estimate.ts';

/** A rise is passed on in steps: each makes an encoder begin anew. */
const STEP = 1.15;

/** What an endpoint's pictures may take now: by its line as configured and as it turns out to be, and by what it has asked for. */
export class LegRates {
  readonly #downKbps: number;
  #askedKbps = Number.POSITIVE_INFINITY;
  #estimate = NOTHING_KNOWN;
  /** What the pictures were made for last. */
  #bearsKbps = Number.POSITIVE_INFINITY;

  constructor(line: LineCapacity | undefined) {
    this.#downKbps = line?.downKbps ?? Number.POSITIVE_INFINITY;
  }

  of({ content }: Pick<Negotiated, 'content'>): PictureRates {
    return picturesOf(Math.min(this.#downKbps, this.#bearsKbps), content !== undefined, this.#askedKbps);
  }

  /** It takes no more than this of its main picture (TMMBR, RFC 5104 4.2.1). */
  ask(kbps: number): void {
    this.#askedKbps = kbps;
  }

  /** @returns whether the pictures have to become others by it; `at` in ms, on any clock that only goes forward */
  learn(before: LegStats, after: LegStats, spanMs: number, at: number): boolean {
    const delivery = deliveryOf(before, after, spanMs);
    if (!delivery) return false;
    this.#estimate = estimateLine(this.#estimate, delivery, at);
    const { kbps } = this.#estimate;
    if (kbps === this.#bearsKbps || (kbps > this.#bearsKbps && kbps < this.#bearsKbps * STEP)) return false;
    this.#bearsKbps = kbps;
    return true;
  }
}
