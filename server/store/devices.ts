import type { Devices, StoredDevice } from '../accounts/ports.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export function openDevices(db: Database): Devices {
  return { ...openEnrolments(db), ...openEnrolled(db) };
}

function openEnrolments(db: Database): Pick<Devices, 'offer' | 'take'> {
  return {
    offer({ codeHash, siteId, issuedBy, expiresAt }, note) {
      return db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('enrolments').where('site_id', '=', siteId).execute();
        const row = { code_hash: codeHash, site_id: siteId, issued_by: issuedBy, expires_at: expiresAt };
        await transaction.insertInto('enrolments').values(row).execute();
        await appendAudit(transaction, note);
      });
    },
    take(codeHash, now) {
      return db.transaction().execute(async (transaction) => {
        const found = transaction.selectFrom('enrolments').selectAll().where('code_hash', '=', codeHash);
        const row = await found.executeTakeFirst();
        await transaction.deleteFrom('enrolments').where('code_hash', '=', codeHash).execute();
        if (!row || row.expires_at <= now) return undefined;
        return { codeHash, siteId: row.site_id, issuedBy: row.issued_by, expiresAt: row.expires_at };
      });
    },
  };
}

function openEnrolled(db: Database): Omit<Devices, 'offer' | 'take'> {
  const one = (column: 'id' | 'token_hash', value: string) =>
    db.selectFrom('devices').selectAll().where(column, '=', value).executeTakeFirst();
  return {
    add(device, note) {
      return db.transaction().execute(async (transaction) => {
        await transaction.insertInto('devices').values(toRow(device)).execute();
        await appendAudit(transaction, note);
      });
    },
    async find(tokenHash) {
      const row = await one('token_hash', tokenHash);
      return row && toDevice(row);
    },
    async findById(deviceId) {
      const row = await one('id', deviceId);
      return row && toDevice(row);
    },
    async list() {
      const rows = db.selectFrom('devices').selectAll().orderBy('site_id').orderBy('enrolled_at', 'desc');
      return (await rows.execute()).map(toDevice);
    },
    async see(deviceId, { lastSeenAt, ip, userAgent }) {
      const seen = db.updateTable('devices').set({ last_seen_at: lastSeenAt, ip, user_agent: userAgent });
      await seen.where('id', '=', deviceId).execute();
    },
    revoke(deviceId, note) {
      return db.transaction().execute(async (transaction) => {
        const revoked = await transaction.deleteFrom('devices').where('id', '=', deviceId).executeTakeFirst();
        if (revoked.numDeletedRows === 0n) return false;
        await appendAudit(transaction, note);
        return true;
      });
    },
  };
}

function toRow({ deviceId, siteId, tokenHash, enrolledAt, lastSeenAt, userAgent, ...same }: StoredDevice) {
  return {
    ...{ id: deviceId, site_id: siteId, token_hash: tokenHash, ...same },
    ...{ enrolled_at: enrolledAt, last_seen_at: lastSeenAt, user_agent: userAgent },
  };
}

function toDevice(row: Schema['devices']): StoredDevice {
  return {
    ...{ deviceId: row.id, siteId: row.site_id, tokenHash: row.token_hash, name: row.name },
    ...{ enrolledAt: row.enrolled_at, lastSeenAt: row.last_seen_at, ip: row.ip, userAgent: row.user_agent },
  };
}
