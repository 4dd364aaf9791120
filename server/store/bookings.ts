import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEntry } from '../protocol/audit.ts';
import { type Booked, type Booking, type BookingStatus, bookingSchema, bookSchema } from '../protocol/bookings.ts';
import type { Notice } from '../protocol/notices.ts';
import { appendAudit } from './audit.ts';
import { insertNotices } from './notices.ts';
import type { Database, Schema } from './schema.ts';

/** A booking as it is kept: without what follows from it. */
export type StoredBooking = Omit<Booking, keyof Booked | 'deadlines'> & { booked: Booked & { announcedAt: number } };

/** What is taken for a booking: `site:ID` or `desk:ID`, in milliseconds since 1970. */
export interface Reservation {
  resource: string;
  from: number;
  to: number;
}

export interface TakenReservation extends Reservation {
  booking: StoredBooking;
}

export type BookResult =
  | 'saved'
  | 'organisationUnknown'
  | 'bookingUnknown'
  | 'bookingChanged'
  | { taken: TakenReservation[] };

/** Those that touch the time between, in milliseconds since 1970. */
export interface BookingQuery {
  from: number;
  to: number;
  hostUnitId?: string;
  /** Those that come after this one. */
  after?: { startsAt: number; bookingId: string };
  most?: number;
}

export interface Bookings {
  /** By their opening, and of one moment by their id. */
  list(wanted: BookingQuery): Promise<StoredBooking[]>;
  find(bookingId: string): Promise<StoredBooking | undefined>;
  /** Those that became these rooms. */
  ofRooms(roomIds: readonly string[]): Promise<StoredBooking[]>;
  /** Meetings that are rehearsed or open now, as far as was stored. */
  open(): Promise<StoredBooking[]>;
  /** All of them or none: nothing is in two meetings at once (REG-2), whoever asks at the same moment. */
  add(bookings: readonly BookingWrite[]): Promise<BookResult>;
  /** Over the version and the status that were looked at; its reservations become these. */
  change(one: BookingWrite, seen: { version: number; status: BookingStatus }): Promise<BookResult>;
  /** Whose reservations these would be in the way of. */
  taken(wanted: readonly Reservation[], except?: string): Promise<TakenReservation[]>;
}

export interface BookingWrite {
  booking: StoredBooking;
  reservations: readonly Reservation[];
  /** Who did it, in the same transaction. */
  note?: AuditEntry;
  /** Whom to tell of it, likewise: a process that ends right after it leaves nobody untold. */
  notices?: readonly Notice[];
}

/** Carried out of a transaction, so that it leaves nothing. */
class NotSaved extends Error {
  readonly result: BookResult;
  constructor(result: BookResult) {
    super('not saved');
    this.result = result;
  }
}

const BUSY_TRIES = 8;
const BUSY_PAUSE_MS = 25;

export function openBookings(db: Database): Bookings {
  return {
    async list({ from, to, hostUnitId, after, most }) {
      let found = db.selectFrom('bookings').selectAll().where('starts_at', '<', to).where('ends_at', '>', from);
      if (hostUnitId !== undefined) found = found.where('host_unit_id', '=', hostUnitId);
      if (after) {
        const { startsAt, bookingId } = after;
        found = found.where((eb) =>
          eb.or([eb('starts_at', '>', startsAt), eb.and([eb('starts_at', '=', startsAt), eb('id', '>', bookingId)])]),
        );
      }
      if (most !== undefined) found = found.limit(most);
      return (await found.orderBy('starts_at').orderBy('id').execute()).map(toBooking);
    },
    async find(bookingId) {
      const row = await db.selectFrom('bookings').selectAll().where('id', '=', bookingId).executeTakeFirst();
      return row && toBooking(row);
    },
    async ofRooms(roomIds) {
      if (roomIds.length === 0) return [];
      return (await db.selectFrom('bookings').selectAll().where('room_id', 'in', roomIds).execute()).map(toBooking);
    },
    async open() {
      return (await db.selectFrom('bookings').selectAll().where('status', 'in', ['rehearsing', 'open']).execute()).map(
        toBooking,
      );
    },
    add: (bookings) =>
      save(db, async (transaction) => {
        for (const one of bookings) {
          // A write first: from here on the transaction is the only one that writes, and what it reads stays true.
          await transaction.insertInto('bookings').values(toRow(one.booking)).execute();
          await reserve(transaction, one);
        }
      }),
    change: (one, { version, status }) =>
      save(db, async (transaction) => {
        const { id, ...row } = toRow(one.booking);
        const changed = await transaction
          .updateTable('bookings')
          .set(row)
          .where('id', '=', id)
          .where('version', '=', version)
          .where('status', '=', status)
          .executeTakeFirst();
        if (changed.numUpdatedRows === 0n) {
          const there = await transaction.selectFrom('bookings').select('id').where('id', '=', id).executeTakeFirst();
          throw new NotSaved(there ? 'bookingChanged' : 'bookingUnknown');
        }
        await transaction.deleteFrom('reservations').where('booking_id', '=', id).execute();
        await reserve(transaction, one);
      }),
    taken: (wanted, except) => takenOf(db, wanted, except),
  };
}

/** Several processes may write the file: who finds it busy for long tries again. */
async function save(db: Database, work: (transaction: Database) => Promise<void>): Promise<BookResult> {
  for (let tries = 1; ; tries += 1) {
    try {
      await db.transaction().execute(work);
      return 'saved';
    } catch (error) {
      if (error instanceof NotSaved) return error.result;
      if (isForeignKey(error)) return 'organisationUnknown';
      if (!isBusy(error) || tries === BUSY_TRIES) throw error;
      await sleep(BUSY_PAUSE_MS * tries * (0.5 + Math.random()));
    }
  }
}

async function reserve(db: Database, { booking, reservations, note, notices = [] }: BookingWrite): Promise<void> {
  const taken = await takenOf(db, reservations, booking.bookingId);
  if (taken.length > 0) throw new NotSaved({ taken });
  for (const { resource, from, to } of reservations) {
    const row = { booking_id: booking.bookingId, resource, from_at: from, to_at: to };
    await db.insertInto('reservations').values(row).execute();
  }
  await appendAudit(db, note);
  await insertNotices(db, notices);
}

async function takenOf(db: Database, wanted: readonly Reservation[], except = ''): Promise<TakenReservation[]> {
  const found: TakenReservation[] = [];
  for (const { resource, from, to } of wanted) {
    const rows = await db
      .selectFrom('reservations')
      .innerJoin('bookings', 'bookings.id', 'reservations.booking_id')
      .selectAll('bookings')
      .where('resource', '=', resource)
      .where('from_at', '<', to)
      .where('to_at', '>', from)
      .where('booking_id', '!=', except)
      .orderBy('from_at')
      .execute();
    for (const row of rows) found.push({ resource, from, to, booking: toBooking(row) });
  }
  return found;
}

function isForeignKey(error: unknown): boolean {
  return error instanceof Error && error.message.includes('FOREIGN KEY constraint failed');
}

/** SQLITE_BUSY (https://sqlite.org/rescode.html#busy), with its extended codes. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && error.errcode % 256 === 5;
}

const stepsSchema = bookingSchema.shape.steps;
const bookedSchema = bookSchema.omit({ repeat: true }).extend({ announcedAt: bookingSchema.shape.announcedAt });

function toRow({ bookingId, seriesId, status, roomId, version, booked, steps }: StoredBooking): Schema['bookings'] {
  return {
    id: bookingId,
    series_id: seriesId ?? null,
    status,
    host_unit_id: booked.hostUnitId,
    starts_at: booked.startsAt,
    ends_at: booked.endsAt,
    room_id: roomId ?? null,
    version,
    booked: JSON.stringify(booked),
    steps: JSON.stringify(steps),
  };
}

function toBooking(row: Schema['bookings']): StoredBooking {
  return {
    bookingId: row.id,
    ...(row.series_id === null ? {} : { seriesId: row.series_id }),
    status: row.status,
    version: row.version,
    ...(row.room_id === null ? {} : { roomId: row.room_id }),
    booked: bookedSchema.parse(JSON.parse(row.booked)),
    steps: stepsSchema.parse(JSON.parse(row.steps)),
  };
}
