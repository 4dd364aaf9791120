import { chmodSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Database, Schema } from './schema.ts';

/** In the data folder. */
export const DATABASE_FILE = 'rostrum.sqlite';
/** How long a statement waits for another process that holds the file (a backup, the `sqlite3` shell). */
const BUSY_MS = 2_000;

/**
 * Opens, or creates, a database file that survives a power cut: with `synchronous=FULL` in WAL mode a committed
 * transaction is on the disk (https://sqlite.org/pragma.html#pragma_synchronous). Whoever opened it destroys it.
 */
export function openSqlite(path: string): Database {
  const file = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: BUSY_MS });
  // Password hashes and the meetings' log are nobody else's; SQLite gives its side files the mode of the first.
  if (path !== ':memory:') chmodSync(path, 0o600);
  file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(file) }) });
}

/** Kysely's SQLite dialect is written for better-sqlite3, whose statements know whether they return rows. */
function adapt(file: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => file.close(),
    prepare(sql) {
      const known = prepared.get(sql);
      if (known) return known;
      const statement = adaptStatement(file.prepare(sql));
      // Statements are few and repeat; those built from lists of values are not kept without bound.
      if (prepared.size < 200) prepared.set(sql, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(toSqlite)),
    run: (parameters) => statement.run(...parameters.map(toSqlite)),
    iterate: (parameters) => statement.iterate(...parameters.map(toSqlite)),
  };
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  throw new TypeError(`a ${typeof value} cannot be stored`);
}
