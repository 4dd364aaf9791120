import { afterFailure, isLocked } from '../accounts/lock-out.ts';
import { hasAdministrator } from '../accounts/policy.ts';
import type { Account, Accounts } from '../accounts/ports.ts';
import { accountRoleSchema } from '../protocol/accounts.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export function openAccounts(db: Database): Accounts {
  return { ...openReading(db), ...openWriting(db), ...openSecondFactors(db) };
}

function openReading(db: Database): Pick<Accounts, 'list' | 'find' | 'findBySubject'> {
  return {
    async list() {
      const lastUse = db
        .selectFrom('sessions')
        .select((e) => ['username', e.fn.max('last_used_at').as('at')])
        .groupBy('username');
      const lastUsed = new Map((await lastUse.execute()).map(({ username, at }) => [username, at]));
      const rows = db.selectFrom('accounts').selectAll().orderBy('username');
      return (await rows.execute()).map((row) => {
        const lastUsedAt = lastUsed.get(row.username);
        return { ...toAccount(row), ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
      });
    },
    async find(username) {
      const row = await db.selectFrom('accounts').selectAll().where('username', '=', username).executeTakeFirst();
      return row && toAccount(row);
    },
    async findBySubject(ssoSubject) {
      const found = db.selectFrom('accounts').selectAll().where('sso_subject', '=', ssoSubject);
      const row = await found.executeTakeFirst();
      return row && toAccount(row);
    },
  };
}

function openWriting(db: Database): Pick<Accounts, 'add' | 'change'> {
  return {
    add(account, note) {
      return db.transaction().execute(async (transaction) => {
        const { username, createdAt: created_at } = account;
        const there = transaction.selectFrom('accounts').select('username').where('username', '=', username);
        if (await there.executeTakeFirst()) return 'accountExists';
        const row = { username, created_at, changed_at: created_at, ...toRow(account) };
        await transaction.insertInto('accounts').values(row).execute();
        await appendAudit(transaction, note);
        return 'saved';
      });
    },
    change(username, change, now, { note, endSessions = false } = {}) {
      return db.transaction().execute(async (transaction) => {
        const rows = (await transaction.selectFrom('accounts').selectAll().execute()).map(toAccount);
        const before = rows.find((row) => row.username === username);
        if (!before) return 'accountUnknown';
        const changed = { ...before, ...change };
        const after = rows.map((row) => (row === before ? changed : row));
        if (hasAdministrator(rows) && !hasAdministrator(after)) return 'lastAdministrator';
        const update = transaction.updateTable('accounts').set({ ...toRow(changed), changed_at: now });
        await update.where('username', '=', username).execute();
        if (endSessions) await transaction.deleteFrom('sessions').where('username', '=', username).execute();
        await appendAudit(transaction, note);
        return 'saved';
      });
    },
  };
}

function openSecondFactors(db: Database): Pick<Accounts, 'takeRecoveryCode' | 'takeTotpStep' | 'countFailure'> {
  return {
    takeRecoveryCode(username, hash, note) {
      return db.transaction().execute(async (transaction) => {
        const account = transaction.selectFrom('accounts').select('recovery_codes').where('username', '=', username);
        const row = await account.executeTakeFirst();
        const codes: string[] = row ? JSON.parse(row.recovery_codes) : [];
        if (!codes.includes(hash)) return false;
        const left = JSON.stringify(codes.filter((code) => code !== hash));
        const update = transaction.updateTable('accounts').set({ recovery_codes: left });
        await update.where('username', '=', username).execute();
        await appendAudit(transaction, note);
        return true;
      });
    },
    async takeTotpStep(username, step) {
      const update = db.updateTable('accounts').set({ totp_step: step }).where('username', '=', username);
      return (await update.where('totp_step', '<', step).executeTakeFirst()).numUpdatedRows === 1n;
    },
    countFailure(username, now, locked) {
      return db.transaction().execute(async (transaction) => {
        const account = transaction.selectFrom('accounts').selectAll().where('username', '=', username);
        const row = await account.executeTakeFirst();
        if (!row) return;
        const { failures, lockedUntil } = afterFailure(toAccount(row), now);
        const update = transaction.updateTable('accounts').set({ failures, locked_until: lockedUntil ?? null });
        await update.where('username', '=', username).execute();
        if (isLocked({ failures, lockedUntil }, now)) await appendAudit(transaction, locked);
      });
    },
  };
}

type Columns = Omit<Schema['accounts'], 'username' | 'created_at' | 'changed_at'>;

function toRow(account: Account): Columns {
  return {
    name: account.name,
    password_hash: account.passwordHash,
    one_time: account.oneTime ? 1 : 0,
    roles: JSON.stringify(account.roles),
    site_id: account.siteId ?? null,
    host_unit: account.hostUnit ?? null,
    disabled_at: account.disabledAt ?? null,
    failures: account.failures,
    locked_until: account.lockedUntil ?? null,
    totp: account.totp ?? null,
    totp_offered: account.totpOffered ?? null,
    totp_step: account.totpStep,
    recovery_codes: JSON.stringify(account.recoveryCodes),
    sso_subject: account.ssoSubject ?? null,
  };
}

function toAccount(row: Schema['accounts']): Account {
  return {
    username: row.username,
    name: row.name,
    roles: accountRoleSchema.array().parse(JSON.parse(row.roles)),
    siteId: row.site_id ?? undefined,
    hostUnit: row.host_unit ?? undefined,
    passwordHash: row.password_hash,
    oneTime: row.one_time === 1,
    createdAt: row.created_at,
    disabledAt: row.disabled_at ?? undefined,
    failures: row.failures,
    lockedUntil: row.locked_until ?? undefined,
    totp: row.totp ?? undefined,
    totpOffered: row.totp_offered ?? undefined,
    totpStep: row.totp_step,
    recoveryCodes: JSON.parse(row.recovery_codes),
    ssoSubject: row.sso_subject ?? undefined,
  };
}
