/** Keeps a session timer (RFC 4028 §10): refreshes at half the interval where that is ours to do, and ends nothing when it fails. */
import {
  type Agreed,
  agreedTimer,
  demandedMinimum,
  type Headers,
  offerTimer,
  type TimerSettings,
} from './session-timer.ts';

/** The final answer to a refresh; `message` is missing where none came. */
export interface RefreshAnswer {
  status: number;
  message?: Headers;
}

export interface RefresherOptions {
  settings: TimerSettings;
  /** Sends one refresh with these headers. Never rejects. */
  send: (headers: string[]) => Promise<RefreshAnswer>;
}

/** After a refresh that failed there are three more chances before the interval is over. */
const retryShare = 1 / 6;
/** Seconds: whoever grants less than this, or nothing, is refreshed as if it had granted this much. */
const shortestInterval = 10;
const longestTimer = 2 ** 31 - 1;

export class Refresher {
  readonly #options: RefresherOptions;
  #agreed: Agreed | undefined;
  #minimum: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#minimum = options.settings.minimum;
  }

  /** Headers for a re-INVITE or UPDATE of ours (§7.1): what stands is renewed. */
  offer(): string[] {
    return this.#agreed ? offerTimer(this.#agreed, this.#minimum) : [];
  }

  /** A request of the peer or a 2xx to one of ours says anew how it is; nothing said leaves it as it was. */
  agree(agreed: Agreed | undefined): void {
    if (agreed) this.#agreed = agreed;
    this.#schedule(1 / 2);
  }

  /** A 422 (§7.3): from now on not less than it demands. False if it demands nothing that was not given. */
  raise(response: Headers | undefined): boolean {
    const minimum = response && demandedMinimum(response);
    if (minimum === undefined || !this.#agreed || minimum <= this.#agreed.seconds) return false;
    this.#minimum = Math.max(this.#minimum, minimum);
    this.#agreed = { ...this.#agreed, seconds: minimum };
    return true;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(share: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#agreed?.refresher !== 'us') return;
    const shortest = Math.min(shortestInterval, this.#options.settings.minimum);
    const ms = Math.min(Math.max(this.#agreed.seconds, shortest) * 1_000 * share, longestTimer);
    this.#timer = setTimeout(() => void this.#refresh(), ms);
  }

  /** @param mayRaise false where this is already the answer to a 422: another one could demand more and more without a pause */
  async #refresh(mayRaise = true): Promise<void> {
    const { status, message } = await this.#options.send(this.offer());
    if (this.#closed) return;
    if (status >= 200 && status < 300) this.agree(message && agreedTimer(message));
    else if (status === 422 && this.raise(message) && mayRaise) await this.#refresh(false);
    else this.#schedule(retryShare);
  }
}
