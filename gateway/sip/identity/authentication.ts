/** Who sent a request: our side of digest authentication (RFC 3261 §22, RFC 7616, RFC 8760). */
import { randomBytes } from 'node:crypto';
import type { SipAccount } from '../settings.ts';
import { type Credentials, formatChallenge, isRight, readCredentials } from './digest.ts';
import { createGuesses } from './guesses.ts';
import { createNonces } from './nonces.ts';
import { type Asker, createOffers } from './offers.ts';
import { isSameTarget } from './uris.ts';

export interface AuthenticationOptions {
  realm: string;
  /** Missing: nobody can prove anything. */
  account: ((user: string) => Promise<SipAccount | undefined>) | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
  random?: (octets: number) => Buffer;
}

/** What of a request its proof depends on. */
export interface Claim {
  method: string;
  requestUri: string;
  /** URI of To: a proxy may have rewritten the Request-URI, but not this. */
  toUri: string;
  /** All Authorization values. */
  authorization: readonly string[];
  asker: Asker;
}

export type Proof =
  | { kind: 'proven'; account: SipAccount }
  /** `stale`: to be tried again with a new nonce; the password was not looked at, or was right. */
  | { kind: 'unproven'; stale: boolean };

export interface Authentication {
  /** True if the request brings credentials for our realm. */
  isClaimed(authorization: readonly string[]): boolean;
  /** The WWW-Authenticate values of a 401, the preferred algorithm first (RFC 8760 §2.3). Next to no state is kept for it. */
  challenge(asker: Asker, stale?: boolean): string[];
  /** Rejects only if the `account` hook does. */
  check(claim: Claim): Promise<Proof>;
}

/** What an account is compared with that does not exist, so that it takes as long as a wrong password. */
const nobody: SipAccount = { user: '', ha1: { md5: '0'.repeat(32), sha256: '0'.repeat(64) } };

export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { realm, account: find, now = Date.now, random = randomBytes } = options;
  const nonces = createNonces({ secret: random(32) });
  const offers = createOffers();
  const guesses = createGuesses();

  const ours = (authorization: readonly string[]): Credentials | undefined =>
    authorization
      .map(readCredentials)
      .find((credentials) => credentials?.realm === realm && credentials.algorithm !== 'SHA-512-256');

  return {
    isClaimed: (authorization) => ours(authorization) !== undefined,
    challenge(asker, stale = false) {
      const nonce = nonces.issue(asker.ip, now(), random(12));
      return offers
        .to(asker, now())
        .map((algorithm) => formatChallenge({ realm, nonce, algorithm, session: false, qop: true, stale }));
    },
    async check({ method, requestUri, toUri, authorization, asker }) {
      const credentials = ours(authorization);
      if (!credentials || !find || !isSameTarget(credentials.uri, requestUri, [toUri, `sip:${realm}`])) {
        return { kind: 'unproven', stale: false };
      }
      offers.answered(asker, credentials.algorithm);
      if (!nonces.isFresh(credentials.nonce, asker.ip, now())) return { kind: 'unproven', stale: true };
      const { username } = credentials;
      if (!guesses.allows(asker.ip, username, now())) return { kind: 'unproven', stale: false };
      const account = await find(username);
      const { md5, sha256 } = (account ?? nobody).ha1;
      const right = isRight(credentials, method, credentials.algorithm === 'MD5' ? md5 : sha256);
      if (!right || !account) {
        guesses.noteWrong(asker.ip, username, now());
        return { kind: 'unproven', stale: false };
      }
      guesses.noteRight(asker.ip, username);
      const isNew = nonces.use(account.user, credentials.nonce, credentials.proof?.count, now());
      return isNew ? { kind: 'proven', account } : { kind: 'unproven', stale: true };
    },
  };
}
