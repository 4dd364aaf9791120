import type { AuditAct, Doer } from '../protocol/audit.ts';
import { byName } from '../protocol/by-name.ts';
import type { DirectoryChange, Organisation } from '../protocol/directory.ts';
import { contactSchema } from '../protocol/directory.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

export type SaveOrganisationResult = 'saved' | 'organisationExists' | 'organisationUnknown';

/** Carriers and host units. Each change is on record with who made it. */
export interface Organisations {
  /** By name. */
  /** By name. */
  list(): Promise<Organisation[]>;
  add(organisation: Organisation, by: Doer, now: number): Promise<SaveOrganisationResult>;
  change(organisation: Organisation, by: Doer, now: number): Promise<SaveOrganisationResult>;
  remove(id: string, by: Doer, now: number): Promise<'removed' | 'organisationUnknown' | 'organisationInUse'>;
}

export interface DirectoryChanges {
  /** Newest first. */
  list(filter: { subject?: string; most: number }): Promise<DirectoryChange[]>;
}

export function openOrganisations(db: Database): Organisations {
  return {
    list: () => listOrganisations(db),
    add(organisation, by, now) {
      return db.transaction().execute(async (transaction) => {
        if (await isTaken(transaction, organisation)) return 'organisationExists';
        await addOrganisation(transaction, organisation, by, now);
        return 'saved';
      });
    },
    change(organisation, by, now) {
      return db.transaction().execute(async (transaction) => {
        const before = await findOrganisation(transaction, organisation.organisationId);
        if (before?.kind !== organisation.kind) return 'organisationUnknown';
        if (await isTaken(transaction, organisation)) return 'organisationExists';
        const { id, ...row } = toRow(organisation, now);
        await transaction.updateTable('organisations').set(row).where('id', '=', id).execute();
        await recordChange(transaction, { ...subjectOf(organisation), at: now, by, before, after: organisation });
        return 'saved';
      });
    },
    remove(id, by, now) {
      return db.transaction().execute(async (transaction) => {
        const before = await findOrganisation(transaction, id);
        if (!before) return 'organisationUnknown';
        if (await isInUse(transaction, id)) return 'organisationInUse';
        await transaction.deleteFrom('organisations').where('id', '=', id).execute();
        await recordChange(transaction, { ...subjectOf(before), at: now, by, before, after: null });
        return 'removed';
      });
    },
  };
}

export function openDirectoryChanges(db: Database): DirectoryChanges {
  return {
    async list({ subject, most }) {
      const all = db.selectFrom('directory_changes').selectAll().orderBy('id', 'desc').limit(most);
      const rows = await (subject === undefined ? all : all.where('subject', '=', subject)).execute();
      return rows.map(({ before, after, ...row }) => ({ ...row, before: parsed(before), after: parsed(after) }));
    },
  };
}

/** Who changed what from what; null before it was added and after it was removed. */
interface Recorded {
  by: Doer;
  before: object | null;
  after: object | null;
}

type Change = 'added' | 'changed' | 'removed';
const ACTS: Record<'site' | 'organisation', Record<Change, AuditAct>> = {
  site: { added: 'siteAdded', changed: 'siteChanged', removed: 'siteRemoved' },
  organisation: { added: 'organisationAdded', changed: 'organisationChanged', removed: 'organisationRemoved' },
};

/** In the transaction of the change itself. What changes nothing is no change. */
export async function recordChange(
  db: Database,
  { by, ...change }: Omit<DirectoryChange, 'id' | 'by' | 'before' | 'after'> & Recorded,
): Promise<void> {
  const before = change.before && JSON.stringify(change.before);
  const after = change.after && JSON.stringify(change.after);
  if (before === after) return;
  await db
    .insertInto('directory_changes')
    .values({ ...change, by: by.username, before, after })
    .execute();
  const { at, kind, subject: about, name } = change;
  const act =
    ACTS[kind === 'site' ? 'site' : 'organisation'][before === null ? 'added' : after === null ? 'removed' : 'changed'];
  await appendAudit(db, { at, by: by.username, ip: by.ip, act, about, detail: { name } });
}

export async function addOrganisation(db: Database, organisation: Organisation, by: Doer, now: number): Promise<void> {
  await db.insertInto('organisations').values(toRow(organisation, now)).execute();
  await recordChange(db, { ...subjectOf(organisation), at: now, by, before: null, after: organisation });
}

export async function findOrganisation(db: Database, id: string): Promise<Organisation | undefined> {
  const row = await db.selectFrom('organisations').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toOrganisation(row);
}

async function listOrganisations(db: Database): Promise<Organisation[]> {
  return (await db.selectFrom('organisations').selectAll().execute()).map(toOrganisation).sort(byName);
}

async function isTaken(db: Database, { organisationId, kind, name }: Organisation): Promise<boolean> {
  const same = db.selectFrom('organisations').select('id').where('kind', '=', kind).where('folded', '=', folded(name));
  return (await same.where('id', '!=', organisationId).executeTakeFirst()) !== undefined;
}

async function isInUse(db: Database, id: string): Promise<boolean> {
  const sites = db.selectFrom('sites').select('id').where('carrier_id', '=', id);
  const bookings = db.selectFrom('bookings').select('id').where('host_unit_id', '=', id);
  return (await sites.unionAll(bookings).executeTakeFirst()) !== undefined;
}

function subjectOf({ organisationId, kind, name }: Organisation) {
  return { kind, subject: organisationId, name };
}

/** Names that differ in case, in how their letters are put together or in their blanks are one; marks count. */
function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function toRow({ organisationId, kind, name, contacts }: Organisation, now: number): Schema['organisations'] {
  const written = JSON.stringify(contacts);
  return { id: organisationId, kind, name, folded: folded(name), contacts: written, changed_at: now };
}

function toOrganisation({ id, kind, name, contacts }: Schema['organisations']): Organisation {
  return { organisationId: id, kind, name, contacts: contactSchema.array().parse(JSON.parse(contacts)) };
}

function parsed(json: string | null): Record<string, unknown> | null {
  return json === null ? null : JSON.parse(json);
}
