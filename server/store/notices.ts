import { type Notice, noticeSchema } from '../protocol/notices.ts';
import type { Database, Schema } from './schema.ts';

export type StoredNotice = Notice;

/** Every notice of every meeting, and those that wait to be sent: they outlive the process. */
export interface Notices {
  add(notices: readonly StoredNotice[]): Promise<void>;
  /** In the order in which they were made. */
  ofBooking(bookingId: string): Promise<StoredNotice[]>;
  ofBookings(bookingIds: readonly string[]): Promise<StoredNotice[]>;
  find(noticeId: string): Promise<StoredNotice | undefined>;
  /** To be tried by now, the one that waits longest first. */
  due(now: number, most: number): Promise<StoredNotice[]>;
  change(notice: StoredNotice): Promise<void>;
}

export function openNotices(db: Database): Notices {
  const inOrder = () => db.selectFrom('notices').selectAll().orderBy('created_at').orderBy('id');
  return {
    async add(notices) {
      await db.transaction().execute(async (transaction) => {
        for (const notice of notices) await transaction.insertInto('notices').values(toRow(notice)).execute();
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
    async change(notice) {
      const { id, ...row } = toRow(notice);
      await db.updateTable('notices').set(row).where('id', '=', id).execute();
    },
  };
}

function toRow(notice: StoredNotice): Schema['notices'] {
  return {
    id: notice.noticeId,
    booking_id: notice.bookingId,
    status: notice.status,
    next_at: notice.nextAt ?? null,
    created_at: notice.createdAt,
    notice: JSON.stringify(notice),
  };
}

function toNotice({ notice }: Schema['notices']): StoredNotice {
  return noticeSchema.parse(JSON.parse(notice));
}
