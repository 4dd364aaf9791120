import type { Request } from 'express';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { FAILURES_ALLOWED, isLocked } from '../accounts/lock-out.ts';
import type { Account, Accounts, SignIns } from '../accounts/ports.ts';
import { Refused } from '../protocol/refusals.ts';
import { isPassword, tidyCode } from './passwords.ts';
import type { Seal } from './sealing.ts';
import { ipOf, type Sessions } from './sessions.ts';
import { SignInThrottle } from './throttle.ts';
import { stepOfCode } from './totp.ts';

interface CredentialParts {
  accounts: Accounts;
  signIns: Pick<SignIns, 'of'>;
  sessions: Sessions;
  seal: Seal;
  logger: Logger;
  now: () => number;
}

export interface Shown {
  username: string;
  password: string;
  code?: string | undefined;
}

/** Looks at what someone shows to prove who he is: limited in rate, counted, locked after too many wrong ones. */
export class Credentials {
  readonly #parts: CredentialParts;
  readonly #throttle = new SignInThrottle();
  /** Names that nobody has are locked like the others: nobody learns which are real. */
  readonly #strangers = new RateLimiterMemory({ keyPrefix: 'stranger', points: FAILURES_ALLOWED - 1, duration: 900 });

  constructor(parts: CredentialParts) {
    this.#parts = parts;
  }

  /** Password, and code where the account asks for one. Throws `Refused`. */
  async authenticate(request: Request, { username, password, code }: Shown): Promise<Account> {
    const account = await this.#checkPassword(request, username, password);
    if (account.disabledAt !== undefined) throw new Refused('accountDisabled');
    await this.#checkCode(request, account, code);
    return this.#succeed(request, account);
  }

  /** Whoever is signed in says his password again, before he changes what protects him. Throws `Refused`. */
  async reauthenticate(request: Request, username: string, password: string): Promise<Account> {
    return this.#succeed(request, await this.#checkPassword(request, username, password));
  }

  async #checkPassword(request: Request, username: string, password: string): Promise<Account> {
    const { accounts, signIns, now } = this.#parts;
    const isKnown = (await signIns.of(username, now())).some(({ ip }) => ip === ipOf(request));
    await this.#throttle.attempt(username, ipOf(request), isKnown);
    const account = await accounts.find(username);
    if (account && isLocked(account, now())) {
      throw new Refused('accountLocked', String(Math.ceil(((account.lockedUntil ?? 0) - now()) / 1000)));
    }
    if (!account) await this.#countStranger(username);
    if ((await isPassword(password, account?.passwordHash)) && account) return account;
    return this.#fail(request, username, 'wrongPassword');
  }

  async #checkCode(request: Request, account: Account, typed: string | undefined): Promise<void> {
    const { username, totp } = account;
    if (totp === undefined) return;
    if (typed === undefined) {
      await this.#throttle.spare(ipOf(request));
      throw new Refused('codeRequired');
    }
    const { accounts, seal, sessions, now } = this.#parts;
    const code = tidyCode(typed);
    if (/^\d{6}$/.test(code)) {
      const step = stepOfCode(seal.open(totp, username), code, now());
      if (step !== null && (await accounts.takeTotpStep(username, step))) return;
    } else {
      const note = sessions.noteOf(request, username, 'recoveryCodeUsed', username);
      if (await accounts.takeRecoveryCode(username, seal.recognise(code), note)) return;
    }
    await this.#fail(request, username, 'codeWrong');
  }

  async #succeed(request: Request, account: Account): Promise<Account> {
    const { accounts, now } = this.#parts;
    await this.#throttle.succeed(account.username, ipOf(request));
    if (account.failures === 0) return account;
    await accounts.change(account.username, { failures: 0, lockedUntil: undefined }, now());
    return { ...account, failures: 0, lockedUntil: undefined };
  }

  async #fail(request: Request, username: string, code: 'wrongPassword' | 'codeWrong'): Promise<never> {
    const { accounts, sessions, logger, now } = this.#parts;
    logger.warn({ username, address: ipOf(request) }, 'a sign-in was refused');
    await accounts.countFailure(username, now(), sessions.noteOf(request, 'system', 'accountLocked', username));
    throw new Refused(code);
  }

  async #countStranger(username: string): Promise<void> {
    try {
      await this.#strangers.consume(username);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new Refused('accountLocked', String(Math.ceil(rejected.msBeforeNext / 1000)));
    }
  }
}
