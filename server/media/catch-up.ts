/** So often it is looked again (ms). A sender reports each second, see `connectOutput` in the engine. */
const LOOK_MS = 500;

/** What is asked of mediasoup's consumer. */
interface LayeredConsumer {
  readonly paused: boolean;
  readonly currentLayers: { spatialLayer: number } | undefined;
  /** The layers' own, 0 where nothing comes of one. */
  readonly score: { producerScores: number[] };
  setPreferredLayers(layers: { spatialLayer: number }): Promise<void>;
  on(event: 'layerschange' | 'score', listener: () => void): unknown;
}

interface Options {
  /** The layer it should get now; null: none. */
  wanted: () => number | null | undefined;
  failed: (error: unknown) => void;
}

/**
 * Helps a consumer on a plain transport to the layer that it should get. mediasoup (3.27) asks itself whether it can change
 * when the first sender report of a layer comes, but can only from the packet after it on (`RtpStreamRecv::GetCaptureMapping`),
 * and without bandwidth estimation nothing makes it ask again. Told the same layer once more it does nothing, so it is
 * told the present one in between, which changes nothing. Owned by the consumption.
 */
export class CatchUp {
  readonly #consumer: LayeredConsumer;
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(consumer: LayeredConsumer, options: Options) {
    this.#consumer = consumer;
    this.#options = options;
    consumer.on('layerschange', () => this.review());
    consumer.on('score', () => this.review());
  }

  review(): void {
    if (!this.#closed && this.#behind() !== undefined) this.#timer ??= setTimeout(() => void this.#help(), LOOK_MS);
    else this.#rest();
  }

  close(): void {
    this.#closed = true;
    this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The layer that comes and the other that should, and could. */
  #behind(): { current: number; wanted: number } | undefined {
    const { paused, currentLayers, score } = this.#consumer;
    const current = currentLayers?.spatialLayer;
    const asked = this.#options.wanted();
    if (paused || current === undefined || typeof asked !== 'number') return undefined;
    const wanted = Math.min(asked, score.producerScores.length - 1);
    return wanted !== current && (score.producerScores[wanted] ?? 0) > 0 ? { current, wanted } : undefined;
  }

  async #help(): Promise<void> {
    const behind = this.#behind();
    this.#timer = undefined;
    if (!behind) return;
    try {
      const { current, wanted } = behind;
      const to = (spatialLayer: number) => this.#consumer.setPreferredLayers({ spatialLayer });
      await Promise.all([to(current), to(wanted)]);
    } catch (error) {
      if (!this.#closed) this.#options.failed(error);
    }
    this.review();
  }
}
