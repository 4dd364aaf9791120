import { hashPassword, makeOneTimePassword } from './passwords.ts';
import type { AccountsPort } from './ports.ts';

const OPERATOR = 'operator';

/**
 * Makes the account `operator` on the first run, or gives it a new password when `reset` is asked for. Returns the
 * one-time password, which is shown once on the terminal and stored only as its hash; undefined when nothing was made.
 */
export async function ensureOperator(accounts: AccountsPort, reset: boolean, now: number): Promise<string | undefined> {
  if (!reset && (await accounts.find(OPERATOR))) return undefined;
  const password = makeOneTimePassword();
  await accounts.setPassword({ username: OPERATOR, passwordHash: await hashPassword(password), oneTime: true }, now);
  return password;
}
