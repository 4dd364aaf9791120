/** So long without a sign of the server, which sends one every five seconds, and the connection may stand still (ms). */
const SILENT_MS = 11_000;
/** So long where an answer is due that the server gives at once. */
const DUE_MS = 1_500;
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
  #timer: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #askedAt = 0;
  /** Answers that are due. */
  #due = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = Date.now();
    this.#timer ??= setInterval(() => this.#look(), TRY_MS);
  }

  /** There is no connection to be watched. */
  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** As `answer`. Until it comes, which it does at once on a connection that does not stand still, less silence is suspect. */
  async expect<T>(answer: Promise<T>): Promise<T> {
    this.#due += 1;
    this.#askedAt = Date.now();
    try {
      return await answer;
    } finally {
      this.#due -= 1;
    }
  }

  #look(): void {
    const now = Date.now();
    const isDue = this.#due > 0 && now - Math.max(this.#heardAt, this.#askedAt) >= DUE_MS;
    if (isDue || now - this.#heardAt >= SILENT_MS) void this.#try();
  }

  async #try(): Promise<void> {
    const [timer, heardAt] = [this.#timer, this.#heardAt];
    const isReached = await this.#options.reach(AbortSignal.timeout(WITHIN_MS)).then(
      () => true,
      () => false,
    );
    if (!isReached || timer !== this.#timer || heardAt !== this.#heardAt) return;
    this.rest();
    this.#options.stalled();
  }
}
