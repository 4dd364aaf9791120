import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { StoredToken } from '../../accounts/program-ports.ts';
import type { Doer } from '../../protocol/audit.ts';
import { Refused } from '../../protocol/refusals.ts';
import type { BookingPerson } from '../booking-people.ts';
import type { ApiParts } from '../ports.ts';
import { AddressLimit } from '../recording-limits.ts';
import { type Caller, hashToken, ipOf } from '../sessions.ts';
import type { Operation } from './operations.ts';

/** How exactly the last use is known. */
const USE_MS = 5 * 60_000;
const A_MINUTE = 600;
/** Wrong ones from one address in ten minutes: guessing is hopeless, and asking the store for each is not free. */
const WRONG = { most: 120, seconds: 600 };

/** What of a request is looked at. */
interface Asking extends Caller {
  get(header: string): string | undefined;
}
/** What of its answer is written before it is refused. */
interface Refusing {
  set(header: string, value: string): unknown;
}

/** A program that has shown a token that holds. */
export interface Program extends BookingPerson {
  token: StoredToken;
  /** In the audit log and in a booking's steps. */
  by: Doer;
}

/** Programs' access tokens, as they come with each request (RFC 6750). */
export class Programs {
  readonly #parts: Pick<ApiParts, 'tokens' | 'now'>;
  readonly #asked = new RateLimiterMemory({ keyPrefix: 'program', points: A_MINUTE, duration: 60 });
  readonly #wrong = new AddressLimit(WRONG.most, WRONG.seconds);

  constructor(parts: Pick<ApiParts, 'tokens' | 'now'>) {
    this.#parts = parts;
  }

  /** Throws `Refused`: `tokenInvalid`, `scopeMissing`, `tooManyMessages`, and says in the headers what to do. */
  async require(request: Asking, response: Refusing, scope: Operation['scope']): Promise<Program> {
    const token = await this.#find(request, response);
    await this.#count(token, response);
    if (scope !== 'any' && scope !== 'none' && !token.scopes.includes(scope)) {
      response.set('WWW-Authenticate', `Bearer error="insufficient_scope", scope="${scope}"`);
      throw new Refused('scopeMissing', scope);
    }
    const [now, ip] = [this.#parts.now(), ipOf(request)];
    if (now - (token.lastUsedAt ?? 0) >= USE_MS)
      await this.#parts.tokens.use(token.tokenId, { lastUsedAt: now, lastIp: ip });
    const by = { username: `program:${token.name}`, ip };
    return { token, by, ...(token.hostUnit === undefined ? {} : { unit: token.hostUnit }) };
  }

  async #find(request: Asking, response: Refusing): Promise<StoredToken> {
    const shown = /^Bearer ([\w~+/.-]+=*)$/i.exec(request.get('authorization') ?? '')?.[1];
    const token = shown === undefined ? undefined : await this.#parts.tokens.find(hashToken(shown));
    if (token && token.revokedAt === undefined && token.expiresAt > this.#parts.now()) return token;
    response.set('WWW-Authenticate', shown === undefined ? 'Bearer' : 'Bearer error="invalid_token"');
    if (shown !== undefined) await this.#wrong.count(request);
    throw new Refused('tokenInvalid');
  }

  async #count({ tokenId }: StoredToken, response: Refusing): Promise<void> {
    try {
      await this.#asked.consume(tokenId);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      response.set('Retry-After', String(Math.ceil(rejected.msBeforeNext / 1000)));
      throw new Refused('tooManyMessages', String(A_MINUTE));
    }
  }
}
