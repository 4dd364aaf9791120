import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { type DeskVerb, mayAtDesk } from '../accounts/policy.ts';
import type { Account, Accounts, SignIns } from '../accounts/ports.ts';
import type { Session } from '../protocol/accounts.ts';
import type { AuditAct, AuditDetail, AuditEntry, Doer } from '../protocol/audit.ts';
import { Refused } from '../protocol/refusals.ts';
import { cookieOf } from './cookies.ts';

/** `__Host-`: Secure, this host alone, the whole site (RFC 6265bis 4.1.3.2). */
const COOKIE = '__Host-rostrum';
/** Since its last use. */
const VALID_MS = 24 * 3600_000;
/** How exactly the last use is known: not every request is written down. */
const USE_MS = 5 * 60_000;
const COOKIE_OPTIONS = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;

/** Someone signed in, and the session he came by. */
export interface SignedIn {
  account: Account;
  by: Doer;
  sessionId: string;
  /** What he does, for the audit log. @param about which account, site, meeting, recording */
  note(act: AuditAct, about: string, detail?: AuditDetail): AuditEntry;
}

interface SessionParts {
  accounts: Accounts;
  signIns: SignIns;
  now: () => number;
}

/** Sign-in by a cookie whose value is random; the store knows its hash alone. */
export class Sessions {
  readonly #parts: SessionParts;

  constructor({ accounts, signIns, now }: SessionParts) {
    this.#parts = { accounts, signIns, now };
  }

  /** @param way how he has shown who he is; undefined where that was known before */
  async open(request: Request, response: Response, { username }: Account, way?: string): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    const now = this.#parts.now();
    const came = { ip: ipOf(request), userAgent: (request.get('user-agent') ?? '').slice(0, 256) };
    const times = { openedAt: now, lastUsedAt: now, expiresAt: now + VALID_MS };
    const note = way === undefined ? undefined : this.noteOf(request, username, 'signedIn', username, { way });
    const session = { sessionId: freshId(), tokenHash: hashToken(token), username, ...times, ...came };
    await this.#parts.signIns.open(session, note);
    response.cookie(COOKIE, token, { ...COOKIE_OPTIONS, maxAge: VALID_MS });
  }

  /** The same session by another token, when it may more or less than before. */
  async rotate({ sessionId }: SignedIn, response: Response): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    await this.#parts.signIns.rotate(sessionId, hashToken(token));
    response.cookie(COOKIE, token, { ...COOKIE_OPTIONS, maxAge: VALID_MS });
  }

  /** Resolves to the id of the session, where there was one. */
  async close(request: Request, response: Response): Promise<string | undefined> {
    const token = cookieOf(request, COOKIE);
    const session = token ? await this.#parts.signIns.find(hashToken(token), this.#parts.now()) : undefined;
    if (session) await this.#parts.signIns.close(session.username, session.sessionId);
    response.clearCookie(COOKIE, COOKIE_OPTIONS);
    return session?.sessionId;
  }

  /** Throws `Refused` for `notSignedIn`. */
  async find(request: Request): Promise<SignedIn> {
    const token = cookieOf(request, COOKIE);
    const now = this.#parts.now();
    const session = token ? await this.#parts.signIns.find(hashToken(token), now) : undefined;
    const account = session && (await this.#parts.accounts.find(session.username));
    if (!token || !session || !account || account.disabledAt !== undefined) throw new Refused('notSignedIn');
    const isStale = session.expiresAt - now < VALID_MS / 2;
    if (isStale) request.res?.cookie(COOKIE, token, { ...COOKIE_OPTIONS, maxAge: VALID_MS });
    if (isStale || now - session.lastUsedAt >= USE_MS) {
      const expiresAt = isStale ? now + VALID_MS : session.expiresAt;
      await this.#parts.signIns.use(session.sessionId, { lastUsedAt: now, expiresAt, ip: ipOf(request) });
    }
    const { sessionId } = session;
    const by = { username: account.username, ip: ipOf(request) };
    return { account, by, sessionId, note: this.noteOf.bind(this, request, account.username) };
  }

  /** As `find`, for what everyone may with his own account: not with a one-time password. */
  async requireOwn(request: Request): Promise<SignedIn> {
    const signedIn = await this.find(request);
    if (signedIn.account.oneTime) throw new Refused('passwordChangeRequired');
    return signedIn;
  }

  /**
   * As `find`, for an act of the table (`server/accounts/policy.ts`). What names no act is
   * an operator's. Throws `Refused`: also `notPermitted`, `passwordChangeRequired`.
   */
  async require(request: Request, verb: DeskVerb = 'runMeetings'): Promise<SignedIn> {
    const signedIn = await this.requireOwn(request);
    if (!mayAtDesk(signedIn.account.roles, verb)) throw new Refused('notPermitted', verb);
    return signedIn;
  }

  /** For the audit log, of whoever is not signed in. */
  noteOf(request: Request, by: string, act: AuditAct, about: string, detail?: AuditDetail): AuditEntry {
    return { at: this.#parts.now(), by, ip: ipOf(request), act, about, ...(detail ? { detail } : {}) };
  }
}

export function describeSession(account: Account): Session {
  const { username, name, roles, oneTime, totp, recoveryCodes } = account;
  return {
    ...{ username, name, roles, passwordChangeRequired: oneTime, totp: totp !== undefined },
    ...(totp === undefined ? {} : { recoveryCodes: recoveryCodes.length }),
    hasPassword: account.passwordHash !== '',
  };
}

/** Whoever's connection a request came over. */
export interface Caller {
  socket: { remoteAddress?: string | undefined };
}

export function ipOf(request: Caller): string {
  return request.socket.remoteAddress ?? '';
}

/** A token is as hard to guess as a key, so that one round suffices (OWASP: high-entropy secrets need no slow hash). */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

export function freshId(): string {
  return randomBytes(9).toString('base64url');
}
