import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Session } from '../protocol/http.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Account, AccountsPort } from './ports.ts';

/** `__Host-`: Secure, this host alone, the whole site (RFC 6265bis 4.1.3.2). */
const COOKIE = '__Host-rostrum';
/** Since its last use. */
const VALID_MS = 24 * 3600_000;
const COOKIE_OPTIONS = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;

/** A signed-in operator and the session he came by. */
export interface SignedIn {
  account: Account;
  tokenHash: string;
}

/** Sign-in by a cookie whose value is random; the store knows its hash alone. */
export class Sessions {
  readonly #accounts: AccountsPort;
  readonly #now: () => number;

  constructor(accounts: AccountsPort, now: () => number) {
    this.#accounts = accounts;
    this.#now = now;
  }

  async open(response: Response, { username }: Account): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    const now = this.#now();
    await this.#accounts.openSession({ tokenHash: hashToken(token), username, expiresAt: now + VALID_MS }, now);
    response.cookie(COOKIE, token, { ...COOKIE_OPTIONS, maxAge: VALID_MS });
  }

  /** Resolves to the hash of the session's token, where there was one. */
  async close(request: Request, response: Response): Promise<string | undefined> {
    const token = tokenOf(request);
    const tokenHash = token ? hashToken(token) : undefined;
    if (tokenHash) await this.#accounts.closeSession(tokenHash);
    response.clearCookie(COOKIE, COOKIE_OPTIONS);
    return tokenHash;
  }

  /** Throws `Refused` for `notSignedIn`. */
  async find(request: Request): Promise<SignedIn> {
    const token = tokenOf(request);
    const tokenHash = token ? hashToken(token) : '';
    const now = this.#now();
    const session = token ? await this.#accounts.findSession(tokenHash, now) : undefined;
    const account = session && (await this.#accounts.find(session.username));
    if (!session || !account) throw new Refused('notSignedIn');
    if (token && session.expiresAt - now < VALID_MS / 2) {
      await this.#accounts.extendSession(tokenHash, now + VALID_MS);
      request.res?.cookie(COOKIE, token, { ...COOKIE_OPTIONS, maxAge: VALID_MS });
    }
    return { account, tokenHash };
  }

  /** As `find`, for everything that an operator does: not with a one-time password. */
  async require(request: Request): Promise<SignedIn> {
    const signedIn = await this.find(request);
    if (signedIn.account.oneTime) throw new Refused('passwordChangeRequired');
    return signedIn;
  }
}

export function describeSession({ username, oneTime }: Account): Session {
  return { username, passwordChangeRequired: oneTime };
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function tokenOf(request: Request): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return cookies.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
