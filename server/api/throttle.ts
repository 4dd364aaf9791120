import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refused } from '../protocol/refusals.ts';

const WINDOW_SECONDS = 15 * 60;

/**
 * Limits how often a password may be tried: most strictly for one account from one address; more for one address, and
 * most for one account from everywhere, so that nobody locks the operator out by guessing from elsewhere.
 */
export class SignInThrottle {
  readonly #pair = new RateLimiterMemory({ keyPrefix: 'pair', points: 8, duration: WINDOW_SECONDS });
  readonly #address = new RateLimiterMemory({ keyPrefix: 'address', points: 40, duration: WINDOW_SECONDS });
  readonly #account = new RateLimiterMemory({ keyPrefix: 'account', points: 200, duration: WINDOW_SECONDS });

  /**
   * Counts an attempt before its password is looked at. Throws `Refused` with the seconds to wait as its detail.
   * @param isKnown this account is signed in from that address: behind one address may be a whole province, and whoever guesses there
   *   keeps none of the others out
   */
  async attempt(username: string, address: string, isKnown = false): Promise<void> {
    try {
      // Before the pair: whoever is refused here can make no more keys by making up names.
      if (!isKnown) await this.#address.consume(address);
      await this.#pair.consume(`${username} ${address}`);
      await this.#account.consume(username);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new Refused('tooManyAttempts', String(Math.ceil(rejected.msBeforeNext / 1000)));
    }
  }

  /** The password was right, and a code is asked for: that was no guess at an account. */
  async spare(address: string): Promise<void> {
    await this.#address.reward(address);
  }

  /** The right password clears what mistyping had counted. */
  async succeed(username: string, address: string): Promise<void> {
    await this.#pair.delete(`${username} ${address}`);
    await this.#address.reward(address);
    await this.#account.reward(username);
  }
}
