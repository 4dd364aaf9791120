import type { Kysely } from 'kysely';
import type { Answers, StoredToken, Tokens } from '../accounts/program-ports.ts';
import { tokenSummarySchema } from '../protocol/programs.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './schema.ts';

/** Programs' access tokens, and what they were answered. Times are milliseconds since 1970. */
export interface ProgramTables {
  /** `scopes` is JSON. */
  tokens: {
    id: string;
    token_hash: string;
    name: string;
    scopes: string;
    host_unit: string | null;
    issued_at: number;
    issued_by: string;
    expires_at: number;
    revoked_at: number | null;
    last_used_at: number | null;
    last_ip: string | null;
  };
  /** By the key of idempotency that came with the request. */
  program_answers: {
    token_id: string;
    key: string;
    fingerprint: string;
    status: number;
    body: string;
    answered_at: number;
  };
}

/** The migration `2026-12-z6-programs`. */
export async function programs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('host_unit', 'text')
    .addColumn('issued_at', 'bigint', (c) => c.notNull())
    .addColumn('issued_by', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('last_ip', 'text')
    .execute();
  await db.schema
    .createTable('program_answers')
    .addColumn('token_id', 'text', (c) => c.notNull().references('tokens.id'))
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('fingerprint', 'text', (c) => c.notNull())
    .addColumn('status', 'integer', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('answered_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('answers_of_a_token', ['token_id', 'key'])
    .execute();
  await db.schema.alterTable('notices').addColumn('program', 'text').execute();
  await db.schema.createIndex('notices_to_programs').on('notices').columns(['program', 'created_at']).execute();
  await db.schema.createIndex('answers_by_age').on('program_answers').column('answered_at').execute();
}

export function openTokens(db: Database): Tokens {
  return {
    async list() {
      return (await db.selectFrom('tokens').selectAll().orderBy('issued_at', 'desc').orderBy('id').execute()).map(
        toToken,
      );
    },
    async find(tokenHash) {
      const row = await db.selectFrom('tokens').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
      return row && toToken(row);
    },
    add(token, note) {
      return db.transaction().execute(async (transaction) => {
        const same = transaction.selectFrom('tokens').select('id').where('name', '=', token.name);
        if (await same.where('revoked_at', 'is', null).executeTakeFirst()) return 'tokenNameTaken';
        await transaction.insertInto('tokens').values(toRow(token)).execute();
        await appendAudit(transaction, note);
        return 'saved';
      });
    },
    revoke(tokenId, at, note) {
      return db.transaction().execute(async (transaction) => {
        const open = transaction.updateTable('tokens').set({ revoked_at: at }).where('id', '=', tokenId);
        const revoked = await open.where('revoked_at', 'is', null).returning('name').executeTakeFirst();
        if (revoked) await appendAudit(transaction, note(revoked.name));
        return revoked?.name;
      });
    },
    async use(tokenId, { lastUsedAt, lastIp }) {
      const used = db.updateTable('tokens').set({ last_used_at: lastUsedAt, last_ip: lastIp });
      await used.where('id', '=', tokenId).execute();
    },
  };
}

export function openAnswers(db: Database): Answers {
  return {
    async find(tokenId, key) {
      const own = db.selectFrom('program_answers').selectAll().where('token_id', '=', tokenId);
      const row = await own.where('key', '=', key).executeTakeFirst();
      if (!row) return undefined;
      const { fingerprint, status, body } = row;
      return { tokenId, key, fingerprint, status, body, answeredAt: row.answered_at };
    },
    keep({ tokenId, answeredAt, ...same }, before) {
      return db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('program_answers').where('answered_at', '<', before).execute();
        const row = { token_id: tokenId, answered_at: answeredAt, ...same };
        const insert = transaction.insertInto('program_answers').values(row);
        await insert.onConflict((conflict) => conflict.columns(['token_id', 'key']).doNothing()).execute();
      });
    },
  };
}

function toRow(token: StoredToken): ProgramTables['tokens'] {
  return {
    id: token.tokenId,
    token_hash: token.tokenHash,
    name: token.name,
    scopes: JSON.stringify(token.scopes),
    host_unit: token.hostUnit ?? null,
    issued_at: token.issuedAt,
    issued_by: token.issuedBy,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt ?? null,
    last_used_at: token.lastUsedAt ?? null,
    last_ip: token.lastIp ?? null,
  };
}

function toToken(row: ProgramTables['tokens']): StoredToken {
  const { scopes } = tokenSummarySchema.pick({ scopes: true }).parse({ scopes: JSON.parse(row.scopes) });
  return {
    ...{ tokenId: row.id, tokenHash: row.token_hash, name: row.name, scopes },
    ...(row.host_unit === null ? {} : { hostUnit: row.host_unit }),
    ...{ issuedAt: row.issued_at, issuedBy: row.issued_by, expiresAt: row.expires_at },
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.last_ip === null ? {} : { lastIp: row.last_ip }),
  };
}
