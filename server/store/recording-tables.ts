import type { Kysely } from 'kysely';

/** The migration `2026-11-unbroken-recordings`: recordings of many parts, and what people do with them. */
export async function unbrokenRecordings(db: Kysely<unknown>): Promise<void> {
  const recordings = db.schema.alterTable('recordings');
  await recordings.addColumn('status', 'text', (c) => c.notNull().defaultTo('saved')).execute();
  await recordings.addColumn('note', 'text', (c) => c.notNull().defaultTo('')).execute();
  await recordings.addColumn('access', 'text').execute();
  await recordings.addColumn('keep_decided', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await recordings.addColumn('keep_until', 'bigint').execute();
  await recordings.addColumn('held', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await recordings.addColumn('cared', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await db.schema.createIndex('recordings_by_start').on('recordings').column('started_at').execute();
  await db.schema
    .createTable('recording_comments')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('recording_id', 'text', (c) => c.notNull().references('recordings.id').onDelete('cascade'))
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('to_ms', 'bigint')
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('author', 'text', (c) => c.notNull())
    .addColumn('written_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('recording_shares')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('recording_id', 'text', (c) => c.notNull().references('recordings.id').onDelete('cascade'))
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('who', 'text', (c) => c.notNull())
    .addColumn('from_ms', 'bigint', (c) => c.notNull())
    .addColumn('to_ms', 'bigint', (c) => c.notNull())
    .addColumn('issued_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('watermark', 'integer', (c) => c.notNull())
    .addColumn('download', 'integer', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('recording_texts')
    .addColumn('recording_id', 'text', (c) => c.notNull().references('recordings.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint')
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('folded', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('recording_acts')
    .addColumn('recording_id', 'text', (c) => c.notNull().references('recordings.id'))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('act', 'text', (c) => c.notNull())
    .addColumn('detail', 'text')
    .addColumn('ip', 'text')
    .execute();
  for (const table of ['recording_comments', 'recording_shares', 'recording_texts', 'recording_acts']) {
    await db.schema.createIndex(`${table}_of_one`).on(table).column('recording_id').execute();
  }
}

/** The migration `2026-12-z7-encrypted-recordings`: lists say which are encrypted. */
export async function encryptedRecordings(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('recordings').addColumn('encrypted', 'integer').execute();
}

/** The migration `2026-11-well-kept-recordings`: what lists show of a recording's state, and where it lies. */
export async function wellKeptRecordings(db: Kysely<unknown>): Promise<void> {
  const recordings = db.schema.alterTable('recordings');
  await recordings.addColumn('gap_count', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await recordings.addColumn('gap_ms', 'bigint', (c) => c.notNull().defaultTo(0)).execute();
  await recordings.addColumn('warnings', 'text', (c) => c.notNull().defaultTo('[]')).execute();
  await recordings.addColumn('inspected', 'integer', (c) => c.notNull().defaultTo(0)).execute();
  await recordings.addColumn('copied_at', 'bigint').execute();
  await recordings.addColumn('away', 'integer', (c) => c.notNull().defaultTo(0)).execute();
}
