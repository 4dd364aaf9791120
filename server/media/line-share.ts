import { type Allocation, allocate, type Bearing, costOf, NOTHING_GIVEN, type Want } from './allocate.ts';
import { DownEstimate } from './down-estimate.ts';

/** What one receiver's line is given of what it wants; remembers what `allocate` decided last. */
export class LineShare {
  #allocation: Allocation = NOTHING_GIVEN;
  #wants: readonly Want[] = [];
  /** All of it. */
  #wantedKbps = 0;
  #bearing: Bearing = { soundKbps: 0 };
  #estimate = new DownEstimate();

  /**
   * Once more, because other pictures are wanted or because the line was measured.
   * @returns whether any picture is given otherwise than before
   */
  review(wants: readonly Want[], bearing: Bearing, at: number): boolean {
    const { estimateKbps } = this.#bearing;
    this.#wants = wants;
    this.#wantedKbps = costOfAll(wants);
    this.#bearing = estimateKbps === undefined ? bearing : { estimateKbps, ...bearing };
    const before = this.#allocation.layers;
    this.#allocation = allocate(wants, this.#bearing, this.#allocation, at);
    const { layers } = this.#allocation;
    if (layers === before) return false;
    return layers.size !== before.size || layers.entries().some(([key, layer]) => before.get(key) !== layer);
  }

  /** The largest layer to be sent of this picture, null: none for now. */
  layerOf(key: string, wanted: number): number | null {
    const given = this.#allocation.layers.get(key);
    if (given === undefined) return wanted;
    return given === null ? null : Math.min(given, wanted);
  }

  /** Of what is wanted, by bit rate: 0 to 1. All of it where the line bears it, though some may have to wait for its turn. */
  get given(): number {
    const wanted = this.#wantedKbps;
    const { capacityKbps = Infinity, estimateKbps = Infinity, soundKbps } = this.#bearing;
    if (wanted + soundKbps <= Math.min(capacityKbps, estimateKbps)) return 1;
    return wanted === 0 ? 1 : costOf(this.#wants, this.#allocation.layers) / wanted;
  }

  /** All that is wanted, sounds with it, as far as the line is configured to bear it. */
  get neededKbps(): number {
    const { capacityKbps = Infinity, soundKbps } = this.#bearing;
    return Math.min(capacityKbps, this.#wantedKbps + soundKbps);
  }

  /** For the pictures that were reviewed last, about once a second: see `DownEstimate`. */
  floorFor(availableKbps: number): number | undefined {
    return this.#estimate.review({ availableKbps, wantedKbps: this.#wantedKbps });
  }

  /** The line has a new transport, and mediasoup has to find out what it bears. */
  beginAnew(): void {
    this.#estimate = new DownEstimate();
  }

  /** What it is to this line: mediasoup serves the larger number first. */
  priorityOf(key: string): number {
    const rank = this.#wants.find((want) => want.key === key)?.rank ?? 'thumbnail';
    return PRIORITIES[rank];
  }
}

function costOfAll(wants: readonly Want[]): number {
  return wants.reduce((sum, { layer, kbps }) => sum + (kbps[Math.min(layer, kbps.length - 1)] ?? 0), 0);
}

/** By so many steps in turn mediasoup makes one better before the next. */
const PRIORITIES = { speaker: 100, content: 50, thumbnail: 1 } as const;
