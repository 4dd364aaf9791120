import type { AuditEntry } from '../protocol/audit.ts';
import { type Notice, noticeSchema } from '../protocol/notices.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export type StoredNotice = Notice;

/** Every notice of every meeting, and those that wait to be sent: they outlive the process. */
export interface Notices {
  add(notices: readonly StoredNotice[], note?: AuditEntry): Promise<void>;
  /** In the order in which they were made. */
  ofBooking(bookingId: string): Promise<StoredNotice[]>;
  ofBookings(bookingIds: readonly string[]): Promise<StoredNotice[]>;
  find(noticeId: string): Promise<StoredNotice | undefined>;
  /** To be tried by now, the one that waits longest first. */
  due(now: number, most: number): Promise<StoredNotice[]>;
  change(notice: StoredNotice, note?: AuditEntry): Promise<void>;
  /** What a program was told, the newest first. */
  ofProgram(webhookId: string, most: number): Promise<StoredNotice[]>;
}

export function openNotices(db: Database): Notices {
  const inOrder = () => db.selectFrom('notices').selectAll().orderBy('created_at').orderBy('id');
  return {
    add(notices, note) {
      return db.transaction().execute(async (transaction) => {
        await insertNotices(transaction, notices);
        await appendAudit(transaction, note);
      });
    },
    async ofBooking(bookingId) {
      return (await inOrder().where('booking_id', '=', bookingId).execute()).map(toNotice);
    },
    async ofBookings(bookingIds) {
      if (bookingIds.length === 0) return [];
      return (await inOrder().where('booking_id', 'in', bookingIds).execute()).map(toNotice);
    },
    async find(noticeId) {
      const row = await db.selectFrom('notices').selectAll().where('id', '=', noticeId).executeTakeFirst();
      return row && toNotice(row);
    },
    async due(now, most) {
      const queued = db.selectFrom('notices').selectAll().where('status', '=', 'queued').where('next_at', '<=', now);
      return (await queued.orderBy('next_at').limit(most).execute()).map(toNotice);
    },
    change(notice, note) {
      const { id, ...row } = toRow(notice);
      return db.transaction().execute(async (transaction) => {
        await transaction.updateTable('notices').set(row).where('id', '=', id).execute();
        await appendAudit(transaction, note);
      });
    },
    async ofProgram(webhookId, most) {
      const told = db.selectFrom('notices').selectAll().where('program', '=', webhookId);
      const newest = told.orderBy('created_at', 'desc').orderBy('id').limit(most);
      return (await newest.execute()).map(toNotice);
    },
  };
}

/** Within somebody's transaction: they wait to be sent from then on. */
export async function insertNotices(db: Database, notices: readonly StoredNotice[]): Promise<void> {
  for (const notice of notices) await db.insertInto('notices').values(toRow(notice)).execute();
}

function toRow(notice: StoredNotice): Schema['notices'] {
  return {
    id: notice.noticeId,
    booking_id: notice.bookingId,
    status: notice.status,
    next_at: notice.nextAt ?? null,
    created_at: notice.createdAt,
    program: notice.channel === 'webhook' ? notice.to.name : null,
    notice: JSON.stringify(notice),
  };
}

function toNotice({ notice }: Schema['notices']): StoredNotice {
  return noticeSchema.parse(JSON.parse(notice));
}
