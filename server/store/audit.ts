import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { canonical, chain } from '../accounts/audit-chain.ts';
import type { Audit } from '../accounts/ports.ts';
import { type AuditEntry, auditRowSchema } from '../protocol/audit.ts';
import type { Database } from './schema.ts';
import { DATABASE_FILE, openSqlite } from './sqlite.ts';

const ROWS_AT_ONCE = 1_000;

export function openAudit(db: Database): Audit {
  return {
    append: (entry) => db.transaction().execute((transaction) => appendAudit(transaction, entry)),
    async list({ before, limit, by, act, about, from, to }) {
      let found = db
        .selectFrom('audit')
        .select(['json', 'hash'])
        .orderBy('seq', 'desc')
        .limit(limit + 1);
      if (before !== undefined) found = found.where('seq', '<', before);
      if (by !== undefined) found = found.where('by', '=', by);
      if (act !== undefined) found = found.where('act', '=', act);
      if (about !== undefined) found = found.where(sql<boolean>`instr(about, ${about}) > 0`);
      if (from !== undefined) found = found.where('at', '>=', from);
      if (to !== undefined) found = found.where('at', '<', to);
      const rows = (await found.execute()).map(({ json, hash }) => auditRowSchema.parse({ ...JSON.parse(json), hash }));
      return { rows: rows.slice(0, limit), more: rows.length > limit };
    },
    async *rows() {
      let last = 0;
      for (;;) {
        const some = db.selectFrom('audit').selectAll().where('seq', '>', last).orderBy('seq');
        const rows = await some.limit(ROWS_AT_ONCE).execute();
        for (const { seq, json, hash, ...columns } of rows) yield { seq, json: textOf(json, columns), hash };
        const end = rows.at(-1);
        if (!end) return;
        last = end.seq;
      }
    },
  };
}

/** Within the transaction of the act itself: neither is there without the other. */
export async function appendAudit(transaction: Database, entry: AuditEntry | undefined): Promise<void> {
  if (!entry) return;
  const newest = transaction.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1);
  const { seq, json, hash } = chain(await newest.executeTakeFirst(), entry);
  const { at, by, act, about } = entry;
  await transaction.insertInto('audit').values({ seq, at, by, act, about, json, hash }).execute();
}

/** What is looked for by must be what is shown: a column that was changed shows in the text as well. */
function textOf(json: string, columns: object): string {
  try {
    return canonical({ ...JSON.parse(json), ...columns });
  } catch {
    return json;
  }
}

/** The log of a data folder for a look at it, also while the server runs; undefined where there is none. */
export function openAuditIn(folder: string): { audit: Audit; close(): Promise<void> } | undefined {
  const path = join(folder, DATABASE_FILE);
  if (!existsSync(path)) return undefined;
  const db = openSqlite(path);
  return { audit: openAudit(db), close: () => db.destroy() };
}
