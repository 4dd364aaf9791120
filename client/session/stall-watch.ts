/** So long without a sign of the server, which sends one every five seconds, and the connection may stand still (ms). */
const SILENT_MS = 11_000;
/** How often it is tried whether the line bears another, and how long that may take. */
const TRY_MS = 2_000;
const WITHIN_MS = 1_500;

interface Options {
  /** Resolves when the server has answered over another connection. */
  reach(signal: AbortSignal): Promise<unknown>;
  /** The connection stands still, though the line does not any more. */
  stalled(): void;
}

/**
 * Notices that a connection stands still on a line that is good again: TCP waits twice as long before each try (RFC 6298
 * 5.5), after twenty bad seconds up to half a minute more, while a new connection comes about at once. Owned by the session.
 */
export class StallWatch {
  readonly #options: Options;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was heard: what was begun before it says nothing. */
  #times = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Something came. */
  heard(): void {
    this.#wait(SILENT_MS);
  }

  /** There is no connection to be watched. */
  rest(): void {
    this.#times += 1;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.rest();
    this.#timer = setTimeout(() => void this.#try(), ms);
  }

  async #try(): Promise<void> {
    const times = this.#times;
    const isReached = await this.#options.reach(AbortSignal.timeout(WITHIN_MS)).then(
      () => true,
      () => false,
    );
    if (times !== this.#times) return;
    if (isReached) this.#options.stalled();
    else this.#wait(TRY_MS - WITHIN_MS);
  }
}
