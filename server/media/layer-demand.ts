/** How soon the sender is told of a layer that somebody wants, and of one that nobody wants any more (ms). */
const RISE_MS = 300;
const FALL_MS = 5_000;

/** What one receiver wants of a picture. */
export interface Wanted {
  layer: number;
  /** Its line does not bear that layer: whatever is smaller must be there too. */
  short: boolean;
  /** It is a service on this machine. */
  local: boolean;
}

interface Options {
  /** How many there are. */
  layers: number;
  /** The sender is a service on this machine. */
  local: boolean;
  say: (layers: number[]) => void;
}

/**
 * Which simulcast layers of one picture anyone receives: the sender is told, so that it encodes no others. Among
 * services of one machine the largest layer costs nothing to send, a smaller one an encoder: there it is the one wanted.
 * Owned by the sender's `Sending`.
 */
export class LayerDemand {
  readonly #options: Options;
  readonly #wants = new Map<unknown, Wanted>();
  #said: string | undefined;
  #saidLayers = new Set<number>();
  #timer: { at: 'rise' | 'fall'; handle: NodeJS.Timeout } | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#review();
  }

  /** What the sender was told last. */
  get asked(): ReadonlySet<number> {
    return this.#saidLayers;
  }

  /** `by` is the receiver; nothing where it wants nothing any more. */
  set(by: unknown, wanted: Wanted | undefined): void {
    if (this.#closed) return;
    if (wanted) this.#wants.set(by, wanted);
    else this.#wants.delete(by);
    this.#review();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer?.handle);
    this.#wants.clear();
  }

  #review(): void {
    const wanted = this.#wanted();
    const isRise = this.#said === undefined || [...wanted].some((layer) => !this.#saidLayers.has(layer));
    if (!isRise && wanted.size === this.#saidLayers.size) this.#wait(undefined);
    else if (isRise) this.#wait('rise');
    else this.#wait('fall');
  }

  #wait(at: 'rise' | 'fall' | undefined): void {
    if (this.#timer?.at === at) return;
    clearTimeout(this.#timer?.handle);
    this.#timer = at && { at, handle: setTimeout(() => this.#speak(at), at === 'rise' ? RISE_MS : FALL_MS) };
  }

  /** A rise takes nothing away: what falls at the same time waits for its own moment. */
  #speak(at: 'rise' | 'fall'): void {
    this.#timer = undefined;
    const wanted = this.#wanted();
    this.#saidLayers = at === 'rise' ? new Set([...this.#saidLayers, ...wanted]) : wanted;
    const layers = [...this.#saidLayers].sort();
    if (this.#said !== layers.join()) this.#options.say(layers);
    this.#said = layers.join();
    this.#review();
  }

  #wanted(): Set<number> {
    return new Set([...this.#wants.values()].flatMap((wanted) => this.#layersOf(wanted)));
  }

  #layersOf({ layer, short, local }: Wanted): number[] {
    const top = this.#options.layers - 1;
    if (local && this.#options.local) return [top];
    const wanted = Math.min(layer, top);
    return short ? Array.from({ length: wanted + 1 }, (_, i) => i) : [wanted];
  }
}
