import type { Account, Accounts } from '../accounts/ports.ts';
import type { AuditAct, AuditEntry } from '../protocol/audit.ts';
import { hashPassword, makeOneTimePassword } from './passwords.ts';

const OPERATOR = 'operator';

/** As every account begins, but for its password and its roles. */
export function newAccount(username: string, now: number): Omit<Account, 'roles' | 'passwordHash'> {
  return { username, name: username, oneTime: true, createdAt: now, failures: 0, totpStep: 0, recoveryCodes: [] };
}

/**
 * Makes the account `operator` on the first run, or opens it again when `reset` is asked for: with a new password, without
 * code or lock, able to administer. Returns the one-time password, which is shown once on the terminal and stored only as
 * its hash; undefined when nothing was made.
 */
export async function ensureOperator(accounts: Accounts, reset: boolean, now: number): Promise<string | undefined> {
  const before = await accounts.find(OPERATOR);
  if (before && !reset) return undefined;
  const password = makeOneTimePassword();
  const passwordHash = await hashPassword(password);
  const note = (act: AuditAct): AuditEntry => ({ at: now, by: 'terminal', act, about: OPERATOR });
  if (!before) {
    const roles: Account['roles'] = ['administrator', 'operator'];
    await accounts.add({ ...newAccount(OPERATOR, now), roles, passwordHash }, note('accountAdded'));
    return password;
  }
  const roles = [...new Set([...before.roles, 'administrator' as const])];
  const open = { disabledAt: undefined, failures: 0, lockedUntil: undefined, totp: undefined, totpOffered: undefined };
  const change = { ...open, roles, passwordHash, oneTime: true, recoveryCodes: [] };
  await accounts.change(OPERATOR, change, now, { note: note('passwordReset'), endSessions: true });
  return password;
}
