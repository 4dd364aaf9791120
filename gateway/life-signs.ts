import type { Logger } from 'pino';

/** An engine that answers nothing for so many questions in a row stands still for good. */
const MAX_UNANSWERED = 2;

export interface LifeSignsOptions {
  everyMs: number;
  /** Resolves where the engine answers. */
  ask: () => Promise<unknown>;
  /** It is of no more use: called each time that it is silent still. */
  onSilence: () => void;
  logger: Logger;
}

/** Asks an engine now and then whether it is there, until it is closed. */
export class LifeSigns {
  readonly #options: LifeSignsOptions;
  readonly #timer: NodeJS.Timeout;
  #unanswered = 0;
  #closed = false;

  constructor(options: LifeSignsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#ask(), options.everyMs);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const { ask, onSilence, logger } = this.#options;
    try {
      await ask();
      this.#unanswered = 0;
    } catch (error) {
      if (this.#closed) return;
      this.#unanswered += 1;
      logger.warn({ err: error, unanswered: this.#unanswered }, 'no answer of the engine');
      if (this.#unanswered >= MAX_UNANSWERED) onSilence();
    }
  }
}
