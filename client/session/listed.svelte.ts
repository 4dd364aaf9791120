import type { Refusal } from '../../server/protocol/refusals.ts';
import { refusalOf } from './refused.ts';

export interface ListedOptions<T> {
  /** Throws `Refused`. */
  read: () => Promise<T[]>;
  everyMs: number;
  /** The session has ended elsewhere. */
  onsignedout?: () => void;
}

/** A list of the server's that a page keeps fresh while it is looked at. Made once by its page, `follow` is its effect. */
export class Listed<T> {
  /** Null until it was read for the first time. What was read stays while a later reading fails. */
  items = $state.raw<T[] | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  readonly #options: ListedOptions<T>;

  constructor(options: ListedOptions<T>) {
    this.#options = options;
  }

  readonly load = async (): Promise<void> => {
    try {
      this.items = await this.#options.read();
      this.refusal = null;
    } catch (thrown) {
      this.refusal = refusalOf(thrown);
      if (this.refusal.code === 'notSignedIn') this.#options.onsignedout?.();
    }
  };

  /** Reads now and again and again; to be called in an effect, which the answered function ends. */
  readonly follow = (): (() => void) => {
    void this.load();
    const timer = setInterval(() => document.visibilityState === 'visible' && void this.load(), this.#options.everyMs);
    return () => clearInterval(timer);
  };
}
