import { announcedBy } from '../accounts/announcements.ts';
import type { AuditEntry } from '../protocol/audit.ts';
import type { CodecChange } from '../protocol/devices.ts';
import type { SiteId } from '../protocol/ids.ts';
import type { SipBinding } from '../protocol/wire.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './schema.ts';

/** Where the codecs' accounts are registered; kept so that a gateway that starts again finds them. */
export interface Registrations {
  /** What has not expired, with the time since when each contact is there without a gap. */
  list(now: number): Promise<{ binding: SipBinding; since: number }[]>;
  /** All bindings of this account, in the place of those before. Those of an unknown account are left out. */
  replace(account: string, bindings: readonly SipBinding[], now: number): Promise<void>;
  /** Whose codec announces something else than before (REG-14), until the centre has seen it. */
  changed(): Promise<CodecChange[]>;
  acknowledge(siteId: SiteId, note: AuditEntry): Promise<void>;
}

export function openRegistrations(db: Database): Registrations {
  return {
    async list(now) {
      const rows = await db.selectFrom('registrations').selectAll().where('expires_at', '>', now).execute();
      return rows.map(({ binding, since }) => ({ binding: JSON.parse(binding), since }));
    },
    async replace(account, bindings, now) {
      await db.transaction().execute(async (transaction) => {
        const mine = transaction.selectFrom('registrations').selectAll().where('account', '=', account);
        const before = new Map(
          (await mine.execute()).filter((row) => row.expires_at > now).map((row) => [row.contact, row.since]),
        );
        await transaction.deleteFrom('registrations').where('account', '=', account).execute();
        const isKnown = await transaction
          .selectFrom('sites')
          .select('id')
          .where('account', '=', account)
          .executeTakeFirst();
        if (!isKnown || bindings.length === 0) return;
        const rows = bindings.map((binding) => ({
          account,
          contact: binding.contact,
          binding: JSON.stringify(binding),
          since: before.get(binding.contact) ?? now,
          expires_at: binding.expiresAt,
        }));
        await transaction.insertInto('registrations').values(rows).execute();
        await compare(transaction, isKnown.id, announcedBy(bindings), now);
      });
    },
    async changed() {
      const rows = db
        .selectFrom('announcements')
        .select(['site_id as siteId', 'before', 'announced as after', 'since as at'])
        .orderBy('since', 'desc');
      return (await rows.execute()).flatMap(({ before, ...row }) => (before === null ? [] : [{ ...row, before }]));
    },
    async acknowledge(siteId, note) {
      await db.transaction().execute(async (transaction) => {
        const seen = transaction.updateTable('announcements').set({ before: null }).where('site_id', '=', siteId);
        const done = await seen.where('before', 'is not', null).executeTakeFirst();
        if (done.numUpdatedRows > 0n) await appendAudit(transaction, note);
      });
    },
  };
}

/** What is announced for the first time is taken as it is. */
async function compare(transaction: Database, siteId: SiteId, announced: string, now: number): Promise<void> {
  const known = transaction.selectFrom('announcements').selectAll().where('site_id', '=', siteId);
  const last = await known.executeTakeFirst();
  if (!last) {
    await transaction
      .insertInto('announcements')
      .values({ site_id: siteId, announced, since: now, before: null })
      .execute();
    return;
  }
  if (last.announced === announced) return;
  const before = last.before ?? last.announced;
  const update = transaction.updateTable('announcements').set({ announced, since: now, before });
  await update.where('site_id', '=', siteId).execute();
  const detail = { before: last.announced, after: announced };
  await appendAudit(transaction, { at: now, by: 'gateway', act: 'codecChanged', about: siteId, detail });
}
