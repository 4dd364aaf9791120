import type { Logger } from 'pino';

/** Steps one after the other. A step that fails is logged and the next one runs; nothing is left rejected. */
export class Serial {
  readonly #logger: Logger;
  #last: Promise<void> = Promise.resolve();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Resolves when the step is done or has failed. */
  run(name: string, step: () => Promise<unknown>): Promise<void> {
    this.#last = this.#last.then(step).then(
      () => undefined,
      (error: unknown) => this.#logger.warn({ step: name, err: error }, 'step failed'),
    );
    return this.#last;
  }
}
