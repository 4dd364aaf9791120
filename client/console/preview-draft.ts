import type { Layout } from '../../server/protocol/records.ts';

/**
 * The edits of the preview that are on their way. Each is made on the one before, not on what the server last said, and
 * they go out one after another, of several waiting only the last: whoever fills six tiles quickly loses none of them.
 */
export class PreviewDraft {
  #layout: Layout | null = null;
  #sending: Promise<void> | null = null;
  readonly #send: (layout: Layout) => Promise<boolean>;
  readonly #changed: (layout: Layout | null) => void;

  /**
   * @param send resolves when the room has the layout, or to false where it was refused
   * @param changed hears the layout in hand; null when the room's own is the latest
   */
  constructor(send: (layout: Layout) => Promise<boolean>, changed: (layout: Layout | null) => void) {
    this.#send = send;
    this.#changed = changed;
  }

  edit(layout: Layout): void {
    this.#set(layout);
    this.#sending ??= this.#sendAll();
  }

  /** When everything edited so far is in the room or refused. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    let sent: Layout | null = null;
    while (this.#layout !== null && this.#layout !== sent) {
      sent = this.#layout;
      if (!(await this.#send(sent))) break;
    }
    this.#sending = null;
    this.#set(null);
  }

  #set(layout: Layout | null): void {
    this.#layout = layout;
    this.#changed(layout);
  }
}
