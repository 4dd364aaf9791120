/**
 * Does something as soon as it is asked for, and then not again before a while has passed: what is asked for meanwhile is
 * done once, at the end of that while.
 */
export class Pace {
  readonly #work: () => void;
  readonly #pauseMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isAsked = false;

  constructor(work: () => void, pauseMs: number) {
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  ask(): void {
    this.#isAsked = true;
    if (this.#timer === undefined) this.#act();
  }

  /** Without a pause; what was asked for before is done by it. */
  now(): void {
    this.close();
    this.#isAsked = true;
    this.#act();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isAsked = false;
  }

  #act(): void {
    this.#timer = undefined;
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#timer = setTimeout(() => this.#act(), this.#pauseMs);
    this.#work();
  }
}
