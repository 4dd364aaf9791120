/** So long without a sign of the server, which sends one every five seconds, and the connection may stand still (ms). */
const SILENT_MS = 11_000;
/** How often it is tried whether the line bears another. A try may outlast the next ones: some lines are long. */
const TRY_MS = 700;
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
    this.rest();
    this.#timer = setTimeout(() => void this.#try(), SILENT_MS);
  }

  /** There is no connection to be watched. */
  rest(): void {
    this.#times += 1;
    clearTimeout(this.#timer);
  }

  async #try(): Promise<void> {
    const times = this.#times;
    this.#timer = setTimeout(() => void this.#try(), TRY_MS);
    const isReached = await this.#options.reach(AbortSignal.timeout(WITHIN_MS)).then(
      () => true,
      () => false,
    );
    if (!isReached || times !== this.#times) return;
    this.rest();
    this.#options.stalled();
  }
}
