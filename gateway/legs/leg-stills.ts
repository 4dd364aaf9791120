import type { EngineLogger } from '../engine/process.ts';

/** How often a still is made while somebody looks at them. */
const STILL_MS = 4_000;

interface LegStillsOptions {
  /** Resolves with a JPEG in base64, or null where none can be had now. */
  make: () => Promise<string | null>;
  send: (jpeg: string) => Promise<void>;
  logger: EngineLogger;
}

/** Small pictures of what an endpoint's camera shows, while somebody looks at them. Whoever makes it closes it. */
export class LegStills {
  readonly #options: LegStillsOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LegStillsOptions) {
    this.#options = options;
  }

  wanted(wanted: boolean): void {
    clearInterval(this.#timer);
    if (!wanted || this.#closed) return;
    this.#timer = setInterval(() => void this.#next(), STILL_MS);
    void this.#next();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** Waits for a key frame, and so beside the leg's other steps. */
  async #next(): Promise<void> {
    try {
      const jpeg = await this.#options.make();
      if (jpeg !== null) await this.#options.send(jpeg);
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'no still');
    }
  }
}
