import type { AuditEntry, Doer } from '../protocol/audit.ts';
import { byName } from '../protocol/by-name.ts';
import { siteDetailsSchema } from '../protocol/directory.ts';
import type { Site } from '../protocol/http.ts';
import type { RoomId, SiteId } from '../protocol/ids.ts';
import { appendAudit } from './audit.ts';
import { addOrganisation, findOrganisation, recordChange } from './directory.ts';
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

export type SaveResult = 'saved' | 'siteExists' | 'siteUnknown' | 'accountTaken' | 'organisationUnknown';

/** Sites that come together, with the carriers that they bring. */
export interface SiteImport {
  carriers: readonly { organisationId: string; name: string }[];
  added: readonly StoredSite[];
  changed: readonly StoredSite[];
}

export interface Sites {
  /** By name. */
  /** By name. */
  list(): Promise<StoredSite[]>;
  add(stored: StoredSite, by: Doer, now: number): Promise<SaveResult>;
  change(stored: StoredSite, by: Doer, now: number): Promise<SaveResult>;
  /** All of it or nothing. */
  import(all: SiteImport, by: Doer, now: number): Promise<SaveResult>;
  /** With its invitations and its registrations. False where there is no such site. */
  remove(siteId: SiteId, by: Doer, now: number): Promise<boolean>;
  /** Replaces the list; sites that are not there are left out. */
  invite(roomId: RoomId, siteIds: readonly SiteId[], note?: AuditEntry): Promise<void>;
  invited(roomId: RoomId): Promise<SiteId[]>;
}

export function openSites(db: Database): Sites {
  return {
    async list() {
      const sites = (await db.selectFrom('sites').selectAll().execute()).map(toSite);
      return sites.sort((a, b) => byName(a.site, b.site));
    },
    add: (stored, by, now) => allOrNothing(db, (transaction) => addSite(transaction, stored, by, now)),
    change: (stored, by, now) => allOrNothing(db, (transaction) => changeSite(transaction, stored, by, now)),
    import: ({ carriers, added, changed }, by, now) =>
      allOrNothing(db, async (transaction) => {
        for (const carrier of carriers) {
          await addOrganisation(transaction, { ...carrier, kind: 'carrier', contacts: [] }, by, now);
        }
        // An account may go from one site to another in the same sheet.
        for (const { site } of changed) await releaseAccount(transaction, site);
        for (const stored of changed) {
          const result = await changeSite(transaction, stored, by, now);
          if (result !== 'saved') return result;
        }
        for (const stored of added) {
          const result = await addSite(transaction, stored, by, now);
          if (result !== 'saved') return result;
        }
        return 'saved';
      }),
    remove(siteId, by, now) {
      return db.transaction().execute(async (transaction) => {
        const before = await findSite(transaction, siteId);
        if (!before) return false;
        await transaction.deleteFrom('sites').where('id', '=', siteId).execute();
        await recordChange(transaction, { ...subjectOf(before), at: now, by, before, after: null });
        return true;
      });
    },
    async invite(roomId, siteIds, note) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('invitations').where('room_id', '=', roomId).execute();
        await appendAudit(transaction, note);
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

class Undone extends Error {
  readonly result: SaveResult;
  constructor(result: SaveResult) {
    super(result);
    this.result = result;
  }
}

/** What is not saved whole leaves nothing. */
async function allOrNothing(db: Database, save: (transaction: Database) => Promise<SaveResult>): Promise<SaveResult> {
  try {
    return await db.transaction().execute(async (transaction) => {
      const result = await save(transaction);
      if (result !== 'saved') throw new Undone(result);
      return result;
    });
  } catch (error) {
    if (error instanceof Undone) return error.result;
    throw error;
  }
}

async function addSite(db: Database, stored: StoredSite, by: Doer, now: number): Promise<SaveResult> {
  const row = toRow(stored, now);
  if (await findSite(db, row.id)) return 'siteExists';
  if (await isTaken(db, row.account, row.id)) return 'accountTaken';
  if (!(await isCarrier(db, row.carrier_id))) return 'organisationUnknown';
  await db.insertInto('sites').values(row).execute();
  await recordChange(db, { ...subjectOf(stored.site), at: now, by, before: null, after: stored.site });
  return 'saved';
}

async function changeSite(db: Database, stored: StoredSite, by: Doer, now: number): Promise<SaveResult> {
  const { id, ...row } = toRow(stored, now);
  if (await isTaken(db, row.account, id)) return 'accountTaken';
  const before = await findSite(db, id);
  if (!before) return 'siteUnknown';
  if (!(await isCarrier(db, row.carrier_id))) return 'organisationUnknown';
  const secret = await db.selectFrom('sites').select('ha1_sha256').where('id', '=', id).executeTakeFirst();
  await releaseAccount(db, stored.site);
  await db.updateTable('sites').set(row).where('id', '=', id).execute();
  await recordChange(db, { ...subjectOf(before), at: now, by, before, after: stored.site });
  if (row.ha1_sha256 !== secret?.ha1_sha256) await recordSecret(db, before, by, now);
  return 'saved';
}

/** The directory's own history shows no secrets, and so not that one is another. */
async function recordSecret(db: Database, { siteId, name }: StoredSite['site'], by: Doer, at: number): Promise<void> {
  const who = { by: by.username, ip: by.ip };
  await appendAudit(db, { at, ...who, act: 'siteChanged', about: siteId, detail: { name, sipPassword: true } });
}

/** A site that gives its account up, or takes another, is registered nowhere any more. */
async function releaseAccount(db: Database, { siteId, sip }: StoredSite['site']): Promise<void> {
  const row = await db.selectFrom('sites').select('account').where('id', '=', siteId).executeTakeFirst();
  if (!row || row.account === null || row.account === sip?.account) return;
  await db.deleteFrom('registrations').where('account', '=', row.account).execute();
  await db.updateTable('sites').set({ account: null }).where('id', '=', siteId).execute();
}

async function findSite(db: Database, siteId: SiteId): Promise<StoredSite['site'] | undefined> {
  const row = await db.selectFrom('sites').selectAll().where('id', '=', siteId).executeTakeFirst();
  return row && toSite(row).site;
}

function subjectOf({ siteId, name }: StoredSite['site']) {
  return { kind: 'site', subject: siteId, name } as const;
}

async function isCarrier(db: Database, id: string | null): Promise<boolean> {
  return id === null || (await findOrganisation(db, id))?.kind === 'carrier';
}

async function isTaken(db: Database, account: string | null, siteId: SiteId): Promise<boolean> {
  if (account === null) return false;
  const holder = db.selectFrom('sites').select('id').where('account', '=', account).where('id', '!=', siteId);
  return (await holder.executeTakeFirst()) !== undefined;
}

function toRow({ site, ha1 }: StoredSite, now: number): Schema['sites'] {
  const { siteId, name, sip: known, ...details } = site;
  const { hasPassword: _stored, ...sip } = known ?? { hasPassword: false };
  return {
    id: siteId,
    name,
    sip: known ? JSON.stringify(sip) : null,
    account: known?.account ?? null,
    ha1_md5: ha1?.md5 ?? null,
    ha1_sha256: ha1?.sha256 ?? null,
    details: JSON.stringify(details),
    carrier_id: details.line?.carrierId ?? null,
    changed_at: now,
  };
}

function toSite(row: Schema['sites']): StoredSite {
  const { ha1_md5: md5, ha1_sha256: sha256 } = row;
  const ha1 = md5 !== null && sha256 !== null ? { md5, sha256 } : undefined;
  const sip = row.sip === null ? undefined : { ...JSON.parse(row.sip), hasPassword: ha1 !== undefined };
  const details = row.details === null ? {} : siteDetailsSchema.parse(JSON.parse(row.details));
  return { site: { siteId: row.id, name: row.name, ...details, ...(sip ? { sip } : {}) }, ...(ha1 ? { ha1 } : {}) };
}
