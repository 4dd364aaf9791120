import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { openStore } from '../../../server/store/index.ts';
import { migrationProvider } from '../../../server/store/migrations.ts';
import { openSqlite } from '../../../server/store/sqlite.ts';

test('who had an account before there were roles may everything, and stays signed in', async () => {
  const db = openSqlite(':memory:');
  const { error } = await new Migrator({ db, provider: migrationProvider }).migrateTo('2026-11-unbroken-recordings');
  expect(error).toBeUndefined();
  await sql`insert into accounts (username, password_hash, one_time, changed_at) values ('operator', 'h', 0, 7)`.execute(
    db,
  );
  await sql`insert into sessions (token_hash, username, created_at, expires_at) values ('t', 'operator', 8, 99)`.execute(
    db,
  );
  const store = await openStore(db);
  expect(await store.accounts.find('operator')).toEqual({
    ...{
      username: 'operator',
      name: 'operator',
      roles: ['administrator', 'operator'],
      passwordHash: 'h',
      oneTime: false,
    },
    ...{ createdAt: 7, failures: 0, totpStep: 0, recoveryCodes: [] },
  });
  expect(await store.signIns.find('t', 9)).toMatchObject({ username: 'operator', lastUsedAt: 8, sessionId: 't' });
  await store.close();
});
