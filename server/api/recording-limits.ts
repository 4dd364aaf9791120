import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refused } from '../protocol/refusals.ts';
import { type Caller, ipOf } from './sessions.ts';

/** So many in so many seconds, from one address. */
export class AddressLimit {
  readonly #limiter: RateLimiterMemory;

  constructor(points: number, seconds: number) {
    this.#limiter = new RateLimiterMemory({ points, duration: seconds });
  }

  /** Throws `Refused` with the seconds to wait as its detail. */
  async count(request: Caller): Promise<void> {
    try {
      await this.#limiter.consume(ipOf(request));
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new Refused('tooManyAttempts', String(Math.ceil(rejected.msBeforeNext / 1000)));
    }
  }

  /** It was right: a whole province may come from one address, and is not guessing. */
  async forgive(request: Caller): Promise<void> {
    await this.#limiter.reward(ipOf(request));
  }
}
