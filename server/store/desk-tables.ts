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
