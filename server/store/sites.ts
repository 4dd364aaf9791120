import type { Site } from '../protocol/http.ts';
import type { RoomId, SiteId } from '../protocol/ids.ts';
import type { Database, Schema } from './schema.ts';

/** H(user:realm:password) in lower-case hexadecimal (RFC 7616 3.4.2): the password itself is stored nowhere. */
export interface Ha1 {
  md5: string;
  sha256: string;
}

/** A site of the directory, and the secret of its account where it has one. */
export interface StoredSite {
  site: Omit<Site, 'registered'>;
  ha1?: Ha1;
}

export type SaveResult = 'saved' | 'siteExists' | 'siteUnknown' | 'accountTaken';

export interface Sites {
  /** By name. */
  list(): Promise<StoredSite[]>;
  add(stored: StoredSite, now: number): Promise<SaveResult>;
  change(stored: StoredSite, now: number): Promise<SaveResult>;
  /** With its invitations and its registrations. False where there is no such site. */
  remove(siteId: SiteId): Promise<boolean>;
  /** Replaces the list; sites that are not there are left out. */
  invite(roomId: RoomId, siteIds: readonly SiteId[]): Promise<void>;
  invited(roomId: RoomId): Promise<SiteId[]>;
}

export function openSites(db: Database): Sites {
  return {
    async list() {
      return (await db.selectFrom('sites').selectAll().orderBy('name').execute()).map(toSite);
    },
    async add(stored, now) {
      return db.transaction().execute(async (transaction) => {
        const { id, ...row } = toRow(stored, now);
        if (await transaction.selectFrom('sites').select('id').where('id', '=', id).executeTakeFirst()) {
          return 'siteExists';
        }
        if (await isTaken(transaction, row.account, id)) return 'accountTaken';
        await transaction
          .insertInto('sites')
          .values({ id, ...row })
          .execute();
        return 'saved';
      });
    },
    async change(stored, now) {
      return db.transaction().execute(async (transaction) => {
        const { id, ...row } = toRow(stored, now);
        if (await isTaken(transaction, row.account, id)) return 'accountTaken';
        const before = await transaction.selectFrom('sites').select('account').where('id', '=', id).executeTakeFirst();
        if (!before) return 'siteUnknown';
        if (before.account !== null && before.account !== row.account) {
          await transaction.deleteFrom('registrations').where('account', '=', before.account).execute();
        }
        await transaction.updateTable('sites').set(row).where('id', '=', id).execute();
        return 'saved';
      });
    },
    async remove(siteId) {
      const removed = await db.deleteFrom('sites').where('id', '=', siteId).executeTakeFirst();
      return removed.numDeletedRows === 1n;
    },
    async invite(roomId, siteIds) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('invitations').where('room_id', '=', roomId).execute();
        if (siteIds.length === 0) return;
        await transaction
          .insertInto('invitations')
          .columns(['room_id', 'site_id'])
          .expression((e) =>
            e
              .selectFrom('sites')
              .select((s) => [s.val(roomId).as('room_id'), 'sites.id as site_id'])
              .where('sites.id', 'in', siteIds),
          )
          .execute();
      });
    },
    async invited(roomId) {
      const rows = await db.selectFrom('invitations').select('site_id').where('room_id', '=', roomId).execute();
      return rows.map((row) => row.site_id);
    },
  };
}

async function isTaken(db: Database, account: string | null, siteId: SiteId): Promise<boolean> {
  if (account === null) return false;
  const holder = db.selectFrom('sites').select('id').where('account', '=', account).where('id', '!=', siteId);
  return (await holder.executeTakeFirst()) !== undefined;
}

function toRow({ site, ha1 }: StoredSite, now: number): Schema['sites'] {
  const { hasPassword: _stored, ...sip } = site.sip ?? { hasPassword: false };
  return {
    id: site.siteId,
    name: site.name,
    sip: site.sip ? JSON.stringify(sip) : null,
    account: site.sip?.account ?? null,
    ha1_md5: ha1?.md5 ?? null,
    ha1_sha256: ha1?.sha256 ?? null,
    changed_at: now,
  };
}

function toSite(row: Schema['sites']): StoredSite {
  const { ha1_md5: md5, ha1_sha256: sha256 } = row;
  const ha1 = md5 !== null && sha256 !== null ? { md5, sha256 } : undefined;
  const sip = row.sip === null ? undefined : { ...JSON.parse(row.sip), hasPassword: ha1 !== undefined };
  return { site: { siteId: row.id, name: row.name, ...(sip ? { sip } : {}) }, ...(ha1 ? { ha1 } : {}) };
}
