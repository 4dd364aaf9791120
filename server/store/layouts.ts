import type { AuditEntry } from '../protocol/audit.ts';
import type { SavedLayout } from '../protocol/http.ts';
import { layoutSchema } from '../protocol/layouts.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export type SaveLayoutResult = 'saved' | 'layoutNotSaved' | 'layoutNameTaken';

/** The layouts of the house. */
export interface Layouts {
  /** By name. */
  list(): Promise<SavedLayout[]>;
  add(saved: SavedLayout, note: AuditEntry): Promise<SaveLayoutResult>;
  change(saved: SavedLayout, note: AuditEntry): Promise<SaveLayoutResult>;
  /** False where there is no such layout. */
  remove(layoutId: string, note: AuditEntry): Promise<boolean>;
}

export function openLayouts(db: Database): Layouts {
  return {
    async list() {
      return (await db.selectFrom('layouts').selectAll().orderBy('folded').execute()).map(toLayout);
    },
    add(saved, note) {
      return db.transaction().execute(async (transaction) => {
        if (await isTaken(transaction, saved)) return 'layoutNameTaken';
        await transaction.insertInto('layouts').values(toRow(saved, note.at)).execute();
        await appendAudit(transaction, note);
        return 'saved';
      });
    },
    change(saved, note) {
      return db.transaction().execute(async (transaction) => {
        if (await isTaken(transaction, saved)) return 'layoutNameTaken';
        const { id, ...row } = toRow(saved, note.at);
        const changed = await transaction.updateTable('layouts').set(row).where('id', '=', id).executeTakeFirst();
        if (changed.numUpdatedRows === 0n) return 'layoutNotSaved';
        await appendAudit(transaction, note);
        return 'saved';
      });
    },
    remove(layoutId, note) {
      return db.transaction().execute(async (transaction) => {
        const removed = await transaction.deleteFrom('layouts').where('id', '=', layoutId).executeTakeFirst();
        if (removed.numDeletedRows === 0n) return false;
        await appendAudit(transaction, note);
        return true;
      });
    },
  };
}

async function isTaken(db: Database, { layoutId, name }: SavedLayout): Promise<boolean> {
  const holder = db.selectFrom('layouts').select('id').where('folded', '=', folded(name)).where('id', '!=', layoutId);
  return (await holder.executeTakeFirst()) !== undefined;
}

/** Names that differ in case, in how their letters are put together or in their blanks are one; marks count. */
function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();
}

function toRow({ layoutId, name, layout }: SavedLayout, now: number): Schema['layouts'] {
  return { id: layoutId, name, folded: folded(name), layout: JSON.stringify(layout), changed_at: now };
}

function toLayout({ id, name, layout }: Schema['layouts']): SavedLayout {
  return { layoutId: id, name, layout: layoutSchema.parse(JSON.parse(layout)) };
}
