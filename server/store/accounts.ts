import type { Database } from './schema.ts';

export interface Account {
  username: string;
  /** In argon2's own encoding (RFC 9106), with its parameters. */
  passwordHash: string;
  /** Must be changed before anything else is done. */
  oneTime: boolean;
}

/** A signed-in browser. Only the hash of its token is stored. */
export interface StoredSession {
  tokenHash: string;
  username: string;
  expiresAt: number;
}

export interface Accounts {
  find(username: string): Promise<Account | undefined>;
  /** Creates the account or gives it another password; every session of it ends. */
  setPassword(account: Account, now: number): Promise<void>;
  openSession(session: StoredSession, now: number): Promise<void>;
  /** Undefined also when it has expired. */
  findSession(tokenHash: string, now: number): Promise<StoredSession | undefined>;
  extendSession(tokenHash: string, expiresAt: number): Promise<void>;
  closeSession(tokenHash: string): Promise<void>;
}

export function openAccounts(db: Database): Accounts {
  return {
    async find(username) {
      const row = await db.selectFrom('accounts').selectAll().where('username', '=', username).executeTakeFirst();
      return row && { username: row.username, passwordHash: row.password_hash, oneTime: row.one_time === 1 };
    },
    async setPassword({ username, passwordHash, oneTime }, now) {
      const changed = { password_hash: passwordHash, one_time: oneTime ? 1 : 0, changed_at: now };
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('accounts')
          .values({ username, ...changed })
          .onConflict((c) => c.column('username').doUpdateSet(changed))
          .execute();
        await transaction.deleteFrom('sessions').where('username', '=', username).execute();
      });
    },
    async openSession({ tokenHash, username, expiresAt }, now) {
      await db.deleteFrom('sessions').where('expires_at', '<=', now).execute();
      const session = { token_hash: tokenHash, username, created_at: now, expires_at: expiresAt };
      await db.insertInto('sessions').values(session).execute();
    },
    async findSession(tokenHash, now) {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row && { tokenHash: row.token_hash, username: row.username, expiresAt: row.expires_at };
    },
    async extendSession(tokenHash, expiresAt) {
      const extended = db.updateTable('sessions').set({ expires_at: expiresAt });
      await extended.where('token_hash', '=', tokenHash).execute();
    },
    async closeSession(tokenHash) {
      await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
    },
  };
}
