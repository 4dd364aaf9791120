/**
 * The edits of one thing that are on their way: the preview, a site's gain. Each is made on the one before, not on what
 * the server last said, and they go out one after another, of several waiting only the last: whoever fills six tiles
 * quickly loses none of them.
 */
export class Draft<T> {
  #inHand: T | null = null;
  #sending: Promise<void> | null = null;
  readonly #send: (edited: T) => Promise<boolean>;
  readonly #changed: (edited: T | null) => void;

  /**
   * @param send resolves when the room has it, or to false where it was refused
   * @param changed hears what is in hand; null when the room's own is the latest
   */
  constructor(send: (edited: T) => Promise<boolean>, changed: (edited: T | null) => void) {
    this.#send = send;
    this.#changed = changed;
  }

  edit(edited: T): void {
    this.#set(edited);
    this.#sending ??= this.#sendAll();
  }

  /** When everything edited so far is in the room or refused. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    let sent: T | null = null;
    while (this.#inHand !== null && this.#inHand !== sent) {
      sent = this.#inHand;
      if (!(await this.#send(sent))) break;
    }
    this.#sending = null;
    this.#set(null);
  }

  #set(edited: T | null): void {
    this.#inHand = edited;
    this.#changed(edited);
  }
}
