import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../server/store/schema.ts';
import { openSqlite } from '../../../server/store/sqlite.ts';

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rostrum-sqlite-'));
  db = openSqlite(join(folder, 'a.sqlite'));
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true });
});

test('what is committed survives a power cut, and references are kept', async () => {
  const pragma = async (name: string) => Object.values((await sql.raw(`PRAGMA ${name}`).execute(db)).rows[0] ?? {})[0];
  expect(await pragma('journal_mode')).toBe('wal');
  // 2 is FULL (https://sqlite.org/pragma.html#pragma_synchronous).
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
});

test('the file is its owner’s alone', async () => {
  expect((await stat(join(folder, 'a.sqlite'))).mode & 0o777).toBe(0o600);
});

test('statements say whether they return rows', async () => {
  await sql`create table t (a integer)`.execute(db);
  const inserted = await sql`insert into t values (1), (2)`.execute(db);
  expect(inserted.numAffectedRows).toBe(2n);
  expect((await sql`insert into t values (3) returning a`.execute(db)).rows).toEqual([{ a: 3 }]);
  expect((await sql`select a from t order by a`.execute(db)).rows).toHaveLength(3);
});

test('what SQLite has no type for is refused instead of guessed', async () => {
  await sql`create table t (a integer)`.execute(db);
  await expect(sql`insert into t values (${true})`.execute(db)).rejects.toThrow('boolean');
  await expect(sql`insert into t values (${new Date()})`.execute(db)).rejects.toThrow('object');
});
