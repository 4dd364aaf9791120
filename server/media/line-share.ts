import { type Allocation, allocate, type Bearing, costOf, NOTHING_GIVEN, type Want } from './allocate.ts';

/** What one receiver's line is given of what it wants; remembers what `allocate` decided last. */
export class LineShare {
  #allocation: Allocation = NOTHING_GIVEN;
  #wants: readonly Want[] = [];
  #estimateKbps: number | undefined;

  /**
   * Once more, because other pictures are wanted or because the line was measured.
   * @returns whether any picture is given otherwise than before
   */
  review(wants: readonly Want[], { estimateKbps, ...bearing }: Bearing, at: number): boolean {
    this.#wants = wants;
    this.#estimateKbps = estimateKbps ?? this.#estimateKbps;
    const estimate = this.#estimateKbps === undefined ? {} : { estimateKbps: this.#estimateKbps };
    const before = this.#allocation.layers;
    this.#allocation = allocate(wants, { ...bearing, ...estimate }, this.#allocation, at);
    const { layers } = this.#allocation;
    return layers.size !== before.size || layers.entries().some(([key, layer]) => before.get(key) !== layer);
  }

  /** The largest layer to be sent of this picture, null: none for now. */
  layerOf(key: string, wanted: number): number | null {
    const given = this.#allocation.layers.get(key);
    if (given === undefined) return wanted;
    return given === null ? null : Math.min(given, wanted);
  }

  /** Of what is wanted, by bit rate: 0 to 1. */
  get given(): number {
    const all = new Map(this.#wants.map(({ key, layer, kbps }) => [key, Math.min(layer, kbps.length - 1)]));
    const wanted = costOf(this.#wants, all);
    return wanted === 0 ? 1 : costOf(this.#wants, this.#allocation.layers) / wanted;
  }

  /** What it is to this line: mediasoup serves the larger number first. */
  priorityOf(key: string): number {
    const rank = this.#wants.find((want) => want.key === key)?.rank ?? 'thumbnail';
    return PRIORITIES[rank];
  }
}

/** By so many steps in turn mediasoup makes one better before the next. */
const PRIORITIES = { speaker: 100, content: 50, thumbnail: 1 } as const;
