import { BackOff } from '../back-off.ts';
import { Serial } from '../serial.ts';
import { type CaptureOptions, TrackCapture } from './track-capture.ts';

const RESTART = { firstMs: 100, longestMs: 5_000 };

/** Has tracks captured for as long as they are wanted: a capture that breaks off is followed by the next one. */
export class TrackKeeper {
  readonly #options: CaptureOptions;
  readonly #serial: Serial;
  readonly #backOff = new BackOff(RESTART);
  #capture: TrackCapture | undefined;
  #again: NodeJS.Timeout | undefined;
  #isWanted = false;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#serial = new Serial(options.logger);
  }

  /** Resolves when it runs, or what ran has finished its parts in order. */
  want(isWanted: boolean): Promise<void> {
    if (isWanted === this.#isWanted) return Promise.resolve();
    this.#isWanted = isWanted;
    clearTimeout(this.#again);
    return this.#serial.run('want', () => this.#follow());
  }

  async #follow(): Promise<void> {
    if (!this.#isWanted) {
      const capture = this.#capture;
      this.#capture = undefined;
      await capture?.stop();
      return;
    }
    if (this.#capture) return;
    const capture = new TrackCapture({ ...this.#options, onEnded: (reason) => this.#ended(capture, reason) });
    this.#capture = capture;
    try {
      await capture.start();
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'tracks are not kept');
      this.#capture = undefined;
      this.#tryAgain();
    }
  }

  #ended(capture: TrackCapture, reason: string): void {
    if (this.#capture !== capture) return;
    this.#capture = undefined;
    this.#options.logger.warn({ reason }, 'tracks have broken off');
    this.#tryAgain();
  }

  #tryAgain(): void {
    if (!this.#isWanted) return;
    this.#again = setTimeout(
      () => void this.#serial.run('again', () => this.#follow()),
      this.#backOff.next(performance.now()),
    );
  }
}
