/** Asks one question at a time; of those that come meanwhile only the last is asked, however fast a hand drags. */
export class LastAsked<Question> {
  readonly #ask: (question: Question) => Promise<void>;
  #next: { question: Question } | undefined;
  #busy = false;

  /** @param ask never rejects */
  constructor(ask: (question: Question) => Promise<void>) {
    this.#ask = ask;
  }

  want(question: Question): void {
    this.#next = { question };
    if (!this.#busy) void this.#follow();
  }

  /** What waits is not asked any more. */
  drop(): void {
    this.#next = undefined;
  }

  async #follow(): Promise<void> {
    this.#busy = true;
    while (this.#next) {
      const { question } = this.#next;
      this.#next = undefined;
      await this.#ask(question);
    }
    this.#busy = false;
  }
}
