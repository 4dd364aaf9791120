import type { Doer } from '../protocol/audit.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './schema.ts';

/** What the office has set and written: one document by its name. Its form is the reader's. */
export interface DeskDocuments {
  read(name: string): Promise<unknown>;
  write(name: string, document: unknown, by: Doer, now: number): Promise<void>;
}

export function openDeskDocuments(db: Database): DeskDocuments {
  return {
    async read(name) {
      const row = await db.selectFrom('desk_documents').select('json').where('name', '=', name).executeTakeFirst();
      return row && JSON.parse(row.json);
    },
    async write(name, document, by, now) {
      const row = { json: JSON.stringify(document), changed_at: now, changed_by: by.username };
      await db.transaction().execute(async (transaction) => {
        const insert = transaction.insertInto('desk_documents').values({ name, ...row });
        await insert.onConflict((conflict) => conflict.column('name').doUpdateSet(row)).execute();
        await appendAudit(transaction, { at: now, by: by.username, ip: by.ip, act: 'settingsChanged', about: name });
      });
    },
  };
}
