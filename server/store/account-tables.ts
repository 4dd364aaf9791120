import { type Kysely, sql } from 'kysely';

/** Accounts, sign-ins, sites' devices and the audit log. Times are milliseconds since 1970. */
export interface AccountTables {
  accounts: {
    username: string;
    name: string;
    /** '' for one that comes by single sign-on alone. */
    password_hash: string;
    one_time: number;
    changed_at: number;
    created_at: number;
    /** JSON. */
    roles: string;
    site_id: string | null;
    host_unit: string | null;
    disabled_at: number | null;
    failures: number;
    locked_until: number | null;
    /** Sealed; `totp_offered` until the first code has shown that the telephone has it. */
    totp: string | null;
    totp_offered: string | null;
    /** The step of the last code that was taken: none is good twice. */
    totp_step: number;
    /** JSON, hashes of those that are left. */
    recovery_codes: string;
    /** Issuer and subject of the single sign-on. */
    sso_subject: string | null;
  };
  sessions: {
    id: string;
    token_hash: string;
    username: string;
    created_at: number;
    expires_at: number;
    last_used_at: number;
    ip: string;
    user_agent: string;
  };
  enrolments: { code_hash: string; site_id: string; issued_by: string; expires_at: number };
  devices: {
    id: string;
    site_id: string;
    token_hash: string;
    name: string;
    enrolled_at: number;
    last_seen_at: number;
    ip: string;
    user_agent: string;
  };
  /** What each codec announces; `before` is what it did until then, while the centre has not seen that it is another. */
  announcements: { site_id: string; announced: string; since: number; before: string | null };
  audit: { seq: number; at: number; by: string; act: string; about: string; json: string; hash: string };
}

/** The migration `2026-12-roles-and-accounts`. Who was there before did everything: operators become administrators too. */
export async function accountsAndRoles(db: Kysely<unknown>): Promise<void> {
  await extendAccounts(db);
  await extendSessions(db);
  await makeDevices(db);
  await makeAudit(db);
}

async function extendAccounts(db: Kysely<unknown>): Promise<void> {
  const accounts = db.schema.alterTable('accounts');
  await accounts.addColumn('name', 'text', (c) => c.notNull().defaultTo('')).execute();
  await accounts.addColumn('created_at', 'bigint', (c) => c.notNull().defaultTo(0)).execute();
  await accounts.addColumn('roles', 'text', (c) => c.notNull().defaultTo('["administrator","operator"]')).execute();
  for (const column of ['site_id', 'host_unit', 'totp', 'totp_offered', 'sso_subject']) {
    await accounts.addColumn(column, 'text').execute();
  }
  for (const column of ['disabled_at', 'locked_until']) await accounts.addColumn(column, 'bigint').execute();
  for (const column of ['failures', 'totp_step']) {
    await accounts.addColumn(column, 'integer', (c) => c.notNull().defaultTo(0)).execute();
  }
  await accounts.addColumn('recovery_codes', 'text', (c) => c.notNull().defaultTo('[]')).execute();
  await sql`update accounts set name = username, created_at = changed_at`.execute(db);
  await db.schema.createIndex('accounts_by_sso_subject').unique().on('accounts').column('sso_subject').execute();
}

async function extendSessions(db: Kysely<unknown>): Promise<void> {
  const sessions = db.schema.alterTable('sessions');
  await sessions.addColumn('last_used_at', 'bigint', (c) => c.notNull().defaultTo(0)).execute();
  await sessions.addColumn('id', 'text', (c) => c.notNull().defaultTo('')).execute();
  await sessions.addColumn('ip', 'text', (c) => c.notNull().defaultTo('')).execute();
  await sessions.addColumn('user_agent', 'text', (c) => c.notNull().defaultTo('')).execute();
  await sql`update sessions set last_used_at = created_at, id = token_hash`.execute(db);
  await db.schema.createIndex('sessions_by_id').unique().on('sessions').column('id').execute();
}

async function makeDevices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('enrolments')
    .addColumn('code_hash', 'text', (c) => c.primaryKey())
    .addColumn('site_id', 'text', (c) => c.notNull().references('sites.id').onDelete('cascade'))
    .addColumn('issued_by', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('devices')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('site_id', 'text', (c) => c.notNull().references('sites.id').onDelete('cascade'))
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('enrolled_at', 'bigint', (c) => c.notNull())
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('ip', 'text', (c) => c.notNull())
    .addColumn('user_agent', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('announcements')
    .addColumn('site_id', 'text', (c) => c.primaryKey().references('sites.id').onDelete('cascade'))
    .addColumn('announced', 'text', (c) => c.notNull())
    .addColumn('since', 'bigint', (c) => c.notNull())
    .addColumn('before', 'text')
    .execute();
}

async function makeAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('seq', 'integer', (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('act', 'text', (c) => c.notNull())
    .addColumn('about', 'text', (c) => c.notNull())
    .addColumn('json', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
  for (const act of ['update', 'delete']) {
    await sql`create trigger ${sql.ref(`audit_no_${act}`)} before ${sql.raw(act)} on audit
      begin select raise(abort, 'the audit log only grows'); end`.execute(db);
  }
  // REPLACE deletes without asking the trigger above (https://sqlite.org/lang_conflict.html).
  await sql`create trigger audit_in_order before insert on audit
    when new.seq <> (select coalesce(max(seq), 0) + 1 from audit)
    begin select raise(abort, 'the audit log only grows'); end`.execute(db);
}
