import type { Sample } from '../protocol/monitor.ts';
import type { Source } from '../protocol/records.ts';
import { USUAL_CONTENT_KBPS, USUAL_KBPS } from '../room/usual-rates.ts';
import type { LayerDemand } from './layer-demand.ts';

/** Of the way to what a layer takes now; per second. */
const RISE = 0.3;
const FALL = 0.05;

interface Offer {
  source: Source;
  /** What each layer is allowed, bit/s, as far as its sender says so. */
  allowed: readonly (number | undefined)[];
  /** Of a picture in several layers. */
  demand?: Pick<LayerDemand, 'asked'> | undefined;
}

interface Measured {
  /** What its layers cost, as far as that was measured: kbit/s, 0 of one that was never sent. */
  layersKbps?: readonly number[];
  /** As they came in the last second, kbit/s. */
  nowKbps?: readonly number[];
}

/** What a stream costs the lines of those who receive it. Owned by its sender's `Sending`. */
export class Price {
  readonly #offer: Offer;
  #measured: Measured = {};
  /** Every receiver's line asks, again and again: reckoned anew only after something in it has changed. */
  #known: { kbps: readonly number[]; asked: ReadonlySet<number> | undefined } | undefined;

  constructor(offer: Offer) {
    this.#offer = offer;
  }

  /** Of each layer, kbit/s. */
  get kbps(): readonly number[] {
    const asked = this.#offer.demand?.asked;
    if (!this.#known || this.#known.asked !== asked) {
      this.#known = { kbps: layerCosts(this.#offer, this.#measured), asked };
    }
    return this.#known.kbps;
  }

  learn({ kbps = 0, layersKbps: nowKbps = [kbps] }: Sample): void {
    this.#measured = { nowKbps, layersKbps: steadied(this.#measured.layersKbps ?? [], nowKbps) };
    this.#known = undefined;
  }
}

/**
 * Soon at what is more and slowly at what is less: a second with a key frame in it is no measure. Of a layer that is not
 * sent now, what it last was.
 */
function steadied(before: readonly number[], now: readonly number[]): number[] {
  const layers = Math.max(before.length, now.length);
  return Array.from({ length: layers }, (_, layer) => {
    const [earlier = 0, kbps = 0] = [before[layer], now[layer]];
    if (earlier === 0 || kbps === 0) return earlier || kbps;
    return earlier + (kbps - earlier) * (kbps > earlier ? RISE : FALL);
  });
}

/**
 * As measured; a layer that is not sent now costs what its sender allows it, as far as the others make use of what they are
 * allowed: of a room where nothing moves all layers are small. Of a layer that the sender was asked for and cannot send
 * its receivers get the next smaller one, and no line is short of what does not come.
 */
export function layerCosts({ source, allowed: said, demand }: Offer, { layersKbps = [], nowKbps }: Measured): number[] {
  const usual = source === 'camera' ? USUAL_KBPS : [USUAL_CONTENT_KBPS];
  const allowed = said.map((maxBitrate, layer) => {
    return maxBitrate === undefined ? (usual[layer] ?? usual.at(-1) ?? 0) : maxBitrate / 1000;
  });
  const uses = allowed.flatMap((kbps, layer) => (layersKbps[layer] ? [layersKbps[layer] / kbps] : []));
  const use = uses.length > 0 ? Math.min(1, Math.max(...uses)) : 1;
  const costs = allowed.map((kbps, layer) => layersKbps[layer] || kbps * use);
  const coming = nowKbps?.findLastIndex((kbps) => kbps > 0);
  if (coming === undefined) return costs;
  return costs.map((kbps, layer) => (layer > coming && demand?.asked.has(layer) ? (costs[coming] ?? 0) : kbps));
}
