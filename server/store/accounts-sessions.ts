import type { SignIns, StoredSession } from '../accounts/ports.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export function openSignIns(db: Database): SignIns {
  async function one(column: 'id' | 'token_hash', value: string, now: number): Promise<StoredSession | undefined> {
    const found = db.selectFrom('sessions').selectAll().where(column, '=', value).where('expires_at', '>', now);
    const row = await found.executeTakeFirst();
    return row && toSession(row);
  }
  return {
    open(session, note) {
      return db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('sessions').where('expires_at', '<=', session.openedAt).execute();
        await transaction.insertInto('sessions').values(toRow(session)).execute();
        await appendAudit(transaction, note);
      });
    },
    find: (tokenHash, now) => one('token_hash', tokenHash, now),
    findById: (sessionId, now) => one('id', sessionId, now),
    async of(username, now) {
      const found = db.selectFrom('sessions').selectAll().where('username', '=', username);
      return (await found.where('expires_at', '>', now).orderBy('last_used_at', 'desc').execute()).map(toSession);
    },
    async use(sessionId, { lastUsedAt, expiresAt, ip }) {
      const used = db.updateTable('sessions').set({ last_used_at: lastUsedAt, expires_at: expiresAt, ip });
      await used.where('id', '=', sessionId).execute();
    },
    close(username, sessionId, note) {
      return db.transaction().execute(async (transaction) => {
        const session = transaction.deleteFrom('sessions').where('id', '=', sessionId);
        const closed = await session.where('username', '=', username).executeTakeFirst();
        if (closed.numDeletedRows === 0n) return false;
        await appendAudit(transaction, note);
        return true;
      });
    },
    closeAll(username, note) {
      return db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('sessions').where('username', '=', username).execute();
        await appendAudit(transaction, note);
      });
    },
    async rotate(sessionId, tokenHash) {
      await db.updateTable('sessions').set({ token_hash: tokenHash }).where('id', '=', sessionId).execute();
    },
  };
}

function toRow({ sessionId, tokenHash, username, openedAt, lastUsedAt, expiresAt, ip, userAgent }: StoredSession) {
  return {
    ...{ id: sessionId, token_hash: tokenHash, username, created_at: openedAt, expires_at: expiresAt },
    ...{ last_used_at: lastUsedAt, ip, user_agent: userAgent },
  };
}

function toSession(row: Schema['sessions']): StoredSession {
  return {
    ...{ sessionId: row.id, tokenHash: row.token_hash, username: row.username },
    ...{ openedAt: row.created_at, expiresAt: row.expires_at },
    ...{ lastUsedAt: row.last_used_at, ip: row.ip, userAgent: row.user_agent },
  };
}
