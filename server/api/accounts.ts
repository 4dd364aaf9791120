import { type Request, Router } from 'express';
import type { Account, AccountChange } from '../accounts/ports.ts';
import {
  type AccountSummary,
  type AddAccount,
  addAccountSchema,
  type ChangeAccount,
  changeAccountSchema,
  type OneTimePassword,
} from '../protocol/accounts.ts';
import type { AuditAct, AuditDetail } from '../protocol/audit.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { newAccount } from './operator-account.ts';
import { describeSessions } from './own-account.ts';
import { hashPassword, makeOneTimePassword } from './passwords.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions, SignedIn } from './sessions.ts';

/** The accounts, administered. Whoever loses a right or the account is signed out everywhere at once. */
export function routeAccounts(parts: ApiParts, sessions: Sessions): Router {
  const { accounts, signIns, directory, now } = parts;
  const router = Router();

  async function find(username: string): Promise<Account> {
    const account = await accounts.find(username);
    if (!account) throw new Refused('accountUnknown', username);
    return account;
  }

  /** What an account is for must be in the directory. Throws `Refused`: `siteUnknown`, `organisationUnknown`. */
  async function requireKnown({ siteId, hostUnit }: Pick<AddAccount, 'siteId' | 'hostUnit'>): Promise<void> {
    if (siteId !== undefined) directory.requireSites([siteId]);
    if (hostUnit === undefined) return;
    const units = (await parts.organisations.list()).filter(({ kind }) => kind === 'hostUnit');
    if (!units.some(({ organisationId }) => organisationId === hostUnit)) {
      throw new Refused('organisationUnknown', hostUnit);
    }
  }

  /** Throws `Refused`: `accountUnknown`, `lastAdministrator`. */
  async function change(
    { note }: SignedIn,
    username: string,
    what: AccountChange,
    { act, detail, endSessions = false }: { act: AuditAct; detail?: AuditDetail; endSessions?: boolean },
  ): Promise<Account> {
    const together = { note: note(act, username, detail), endSessions };
    const result = await accounts.change(username, what, now(), together);
    if (result !== 'saved') throw new Refused(result, username);
    if (endSessions) await parts.reviewStanding((ticket) => ticket.session !== undefined);
    return find(username);
  }

  router.get('/accounts', async (request, response) => {
    await sessions.require(request, 'manageAccounts');
    response.json({ accounts: (await accounts.list()).map((account) => summarise(account, now())) });
  });

  router.post('/accounts', async (request, response) => {
    const { note } = await sessions.require(request, 'manageAccounts');
    const wanted = parse(addAccountSchema, request.body);
    await requireKnown(wanted);
    const password = makeOneTimePassword();
    const account = { ...newAccount(wanted.username, now()), ...wanted, passwordHash: await hashPassword(password) };
    const result = await accounts.add(account, note('accountAdded', wanted.username, standingOf(wanted)));
    if (result !== 'saved') throw new Refused(result, wanted.username);
    response.status(201).json({ username: wanted.username, password } satisfies OneTimePassword);
  });

  router.patch('/accounts/:name', async (request, response) => {
    const by = await sessions.require(request, 'manageAccounts');
    const wanted = parse(changeAccountSchema, request.body);
    if (wanted.standing) await requireKnown(wanted.standing);
    let account = await find(request.params.name);
    for (const step of stepsOf(wanted, account, now())) account = await change(by, account.username, step.what, step);
    response.json(summarise(account, now()));
  });

  router.post('/accounts/:name/password', async (request, response) => {
    const by = await sessions.require(request, 'manageAccounts');
    const password = makeOneTimePassword();
    const fresh = { passwordHash: await hashPassword(password), oneTime: true, failures: 0, lockedUntil: undefined };
    const { username } = await change(by, request.params.name, fresh, { act: 'passwordReset', endSessions: true });
    response.json({ username, password } satisfies OneTimePassword);
  });

  router.delete('/accounts/:name/lock', async (request, response) => {
    const by = await sessions.require(request, 'manageAccounts');
    const open = { failures: 0, lockedUntil: undefined };
    const account = await change(by, request.params.name, open, { act: 'accountUnlocked' });
    response.json(summarise(account, now()));
  });

  router.delete('/accounts/:name/totp', async (request, response) => {
    const by = await sessions.require(request, 'manageAccounts');
    const without = { totp: undefined, totpOffered: undefined, recoveryCodes: [] };
    const account = await change(by, request.params.name, without, { act: 'totpRemoved', endSessions: true });
    response.json(summarise(account, now()));
  });

  router.get('/accounts/:name/sessions', async (request, response) => {
    const by = await sessions.require(request, 'manageAccounts');
    const { username } = await find(request.params.name);
    response.json({ sessions: describeSessions(await signIns.of(username, now()), by.sessionId) });
  });

  router.delete('/accounts/:name/sessions', async (request: Request<{ name: string }>, response) => {
    const { note } = await sessions.require(request, 'manageAccounts');
    const { username } = await find(request.params.name);
    await signIns.closeAll(username, note('sessionsEnded', username));
    await parts.reviewStanding((ticket) => ticket.session !== undefined);
    response.json({});
  });
  return router;
}

interface Step {
  what: AccountChange;
  act: AuditAct;
  detail?: AuditDetail;
  endSessions?: boolean;
}

/** Each in the log by itself. A changed right ends every session: whoever goes on does so by a new one. */
function stepsOf({ name, standing, disabled }: ChangeAccount, before: Account, now: number): Step[] {
  const steps: Step[] = [];
  if (name !== undefined && name !== before.name)
    steps.push({ what: { name }, act: 'accountChanged', detail: { name } });
  if (standing && JSON.stringify(standingOf(standing)) !== JSON.stringify(standingOf(before))) {
    const { roles, siteId, hostUnit } = standing;
    const what = { roles, siteId, hostUnit };
    steps.push({ what, act: 'accountChanged', detail: standingOf(standing), endSessions: true });
  }
  if (disabled === true && before.disabledAt === undefined) {
    steps.push({ what: { disabledAt: now }, act: 'accountDisabled', endSessions: true });
  }
  if (disabled === false && before.disabledAt !== undefined) {
    steps.push({ what: { disabledAt: undefined, failures: 0, lockedUntil: undefined }, act: 'accountEnabled' });
  }
  return steps;
}

function standingOf({ roles, siteId, hostUnit }: Pick<Account, 'roles' | 'siteId' | 'hostUnit'>): AuditDetail {
  return { roles: roles.join(', '), ...(siteId ? { siteId } : {}), ...(hostUnit ? { hostUnit } : {}) };
}

function summarise(account: Account & { lastUsedAt?: number }, now: number): AccountSummary {
  const { username, name, roles, siteId, hostUnit, createdAt, oneTime, lockedUntil, lastUsedAt } = account;
  return {
    ...{ username, name, roles, createdAt, passwordChangeRequired: oneTime },
    ...(siteId === undefined ? {} : { siteId }),
    ...(hostUnit === undefined ? {} : { hostUnit }),
    disabled: account.disabledAt !== undefined,
    ...(lockedUntil !== undefined && lockedUntil > now ? { lockedUntil } : {}),
    totp: account.totp !== undefined,
    singleSignOn: account.ssoSubject !== undefined,
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
  };
}
