import { type Kysely, sql } from 'kysely';
import type { AuditEntry } from '../protocol/audit.ts';
import { type Notice, noticeSchema } from '../protocol/notices.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export type StoredNotice = Notice;

/** The migration `2026-12-z9-calls-of-rooms`: programs are told of more than bookings. SQLite drops a `not null` with its table. */
export async function noticesOfRooms(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('notices_anew')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('booking_id', 'text', (c) => c.references('bookings.id'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('next_at', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('notice', 'text', (c) => c.notNull())
    .addColumn('program', 'text')
    .execute();
  await sql`insert into notices_anew (id, booking_id, status, next_at, created_at, notice, program)
    select id, booking_id, status, next_at, created_at, notice, program from notices`.execute(db);
  await db.schema.dropTable('notices').execute();
  await db.schema.alterTable('notices_anew').renameTo('notices').execute();
  await db.schema.createIndex('notices_of_a_booking').on('notices').columns(['booking_id', 'created_at']).execute();
  await db.schema.createIndex('notices_to_send').on('notices').columns(['status', 'next_at']).execute();
  await db.schema.createIndex('notices_to_programs').on('notices').columns(['program', 'created_at']).execute();
}

/** Every notice of every meeting, and those that wait to be sent: they outlive the process. */
export interface Notices {
  add(notices: readonly StoredNotice[], note?: AuditEntry): Promise<void>;
  /** In the order in which they were made. */
  ofBooking(bookingId: string): Promise<StoredNotice[]>;
  ofBookings(bookingIds: readonly string[]): Promise<StoredNotice[]>;
  find(noticeId: string): Promise<StoredNotice | undefined>;
  /**
   * To be tried by now, the one that waits longest first. @param to programs alone, or people alone @param but leaves out these
   * programs, of people these notices
   */
  due(now: number, most: number, to?: 'programs' | 'people', but?: readonly string[]): Promise<StoredNotice[]>;
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
    async due(now, most, to, but = []) {
      let queued = db.selectFrom('notices').selectAll().where('status', '=', 'queued').where('next_at', '<=', now);
      if (to !== undefined) queued = queued.where('program', to === 'people' ? 'is' : 'is not', null);
      if (but.length > 0) queued = queued.where(to === 'programs' ? 'program' : 'id', 'not in', but);
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
    booking_id: notice.bookingId ?? null,
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
