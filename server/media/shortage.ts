/** So long without the layer that it should get, and a receiver's line is taken not to bear it (ms). */
const SHORT_MS = 2_000;
/** So long where a picture that was there is gone: nothing is shown meanwhile. */
const LOST_MS = 500;
/** So long with it, and the line is taken to have recovered. */
const RECOVERED_MS = 20_000;

/** What is asked of mediasoup's consumer. */
interface LayeredConsumer {
  readonly paused: boolean;
  readonly currentLayers: { spatialLayer: number } | undefined;
  readonly preferredLayers: { spatialLayer: number } | undefined;
  on(event: 'layerschange', listener: () => void): unknown;
}

/**
 * Whether one receiver's line bears the layer that it should get. mediasoup sends what the line bears of the layers
 * that there are: a smaller one, or none. Owned by the consumption, which says when something else may have changed.
 */
export class Shortage {
  readonly #consumer: LayeredConsumer;
  readonly #changed: () => void;
  #isShort = false;
  #hasBegun = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(consumer: LayeredConsumer, changed: () => void) {
    this.#consumer = consumer;
    this.#changed = changed;
    consumer.on('layerschange', () => this.review());
  }

  get isShort(): boolean {
    return this.#isShort;
  }

  review(): void {
    const { paused, currentLayers, preferredLayers } = this.#consumer;
    const wanted = preferredLayers?.spatialLayer ?? 0;
    this.#hasBegun ||= currentLayers !== undefined;
    const bears = paused || (currentLayers !== undefined && currentLayers.spatialLayer >= wanted);
    if (bears !== this.#isShort) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      const isLost = this.#hasBegun && currentLayers === undefined;
      this.#timer ??= setTimeout(() => this.#turn(), bears ? RECOVERED_MS : isLost ? LOST_MS : SHORT_MS);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #turn(): void {
    this.#timer = undefined;
    this.#isShort = !this.#isShort;
    this.#changed();
  }
}
