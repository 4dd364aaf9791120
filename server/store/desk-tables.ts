import { type Kysely, sql } from 'kysely';

// What the office keeps: the directory beside the sites' addresses, and from here on its meetings.

/** The migration `2026-12-desk-directory`. */
export async function deskDirectory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('organisations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('folded', 'text', (c) => c.notNull())
    .addColumn('contacts', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('organisations_by_name', ['kind', 'folded'])
    .execute();
  await db.schema.alterTable('sites').addColumn('details', 'text').execute();
  await db.schema
    .alterTable('sites')
    .addColumn('carrier_id', 'text', (c) => c.references('organisations.id'))
    .execute();
  await db.schema
    .createTable('directory_changes')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .execute();
  await db.schema.createIndex('directory_changes_of_one').on('directory_changes').columns(['subject', 'id']).execute();
  // The history only grows, whoever writes.
  for (const act of ['update', 'delete']) {
    await sql`create trigger ${sql.raw(`directory_changes_stay_${act}`)} before ${sql.raw(act)} on directory_changes
      begin select raise(abort, 'the history only grows'); end`.execute(db);
  }
}

/** The migration `2026-12-desk-meetings`. */
export async function deskMeetings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('bookings')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('series_id', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('host_unit_id', 'text', (c) => c.notNull().references('organisations.id'))
    .addColumn('starts_at', 'bigint', (c) => c.notNull())
    .addColumn('ends_at', 'bigint', (c) => c.notNull())
    .addColumn('room_id', 'text')
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('booked', 'text', (c) => c.notNull())
    .addColumn('steps', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('bookings_by_time').on('bookings').column('starts_at').execute();
  await db.schema.createIndex('bookings_by_room').on('bookings').column('room_id').execute();
  await db.schema
    .createTable('reservations')
    .addColumn('booking_id', 'text', (c) => c.notNull().references('bookings.id').onDelete('cascade'))
    .addColumn('resource', 'text', (c) => c.notNull())
    .addColumn('from_at', 'bigint', (c) => c.notNull())
    .addColumn('to_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('resources_of_a_booking', ['booking_id', 'resource'])
    .addCheckConstraint('reservations_have_a_length', sql`from_at < to_at`)
    .execute();
  await db.schema.createIndex('reservations_by_resource').on('reservations').columns(['resource', 'from_at']).execute();
  // REG-2. SQLite has one writer at a time, and a trigger sees all that was committed before it: whoever writes, no two
  // reservations of one resource overlap. (PostgreSQL says the same by an exclusion constraint.)
  for (const act of ['insert', 'update']) {
    await sql`create trigger ${sql.raw(`reservations_never_overlap_${act}`)} before ${sql.raw(act)} on reservations
      begin
        select raise(abort, 'reservations overlap') where exists (
          select 1 from reservations r
          where r.resource = new.resource and r.from_at < new.to_at and new.from_at < r.to_at
            and r.booking_id <> new.booking_id
        );
      end`.execute(db);
  }
  await db.schema
    .createTable('desk_documents')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('json', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addColumn('changed_by', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('notices')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('booking_id', 'text', (c) => c.notNull().references('bookings.id'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('next_at', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('notice', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('notices_of_a_booking').on('notices').columns(['booking_id', 'created_at']).execute();
  await db.schema.createIndex('notices_to_send').on('notices').columns(['status', 'next_at']).execute();
}
