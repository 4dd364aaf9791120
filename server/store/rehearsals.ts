import type { Kysely } from 'kysely';
import type { AuditEntry } from '../protocol/audit.ts';
import { type SiteRehearsal, siteRehearsalSchema } from '../protocol/rehearsals.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './schema.ts';

/** What each site of a booked meeting has tried, ticked and signed. */
export interface Rehearsals {
  ofBooking(bookingId: string): Promise<SiteRehearsal[]>;
  /** In the place of the earlier one; `note` where somebody signed. */
  save(bookingId: string, site: SiteRehearsal, now: number, note?: AuditEntry): Promise<void>;
}

export function openRehearsals(db: Database): Rehearsals {
  return {
    async ofBooking(bookingId) {
      const rows = db.selectFrom('rehearsals').select('record').where('booking_id', '=', bookingId).orderBy('site_id');
      return (await rows.execute()).map(({ record }) => siteRehearsalSchema.parse(JSON.parse(record)));
    },
    async save(bookingId, site, now, note) {
      const row = { record: JSON.stringify(siteRehearsalSchema.parse(site)), changed_at: now };
      await db.transaction().execute(async (transaction) => {
        const insert = transaction
          .insertInto('rehearsals')
          .values({ booking_id: bookingId, site_id: site.siteId, ...row });
        await insert.onConflict((c) => c.columns(['booking_id', 'site_id']).doUpdateSet(row)).execute();
        await appendAudit(transaction, note);
      });
    },
  };
}

/** The migration `2026-12-u-rehearsals`. It outlives the site. */
export async function rehearsalTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('rehearsals')
    .addColumn('booking_id', 'text', (c) => c.notNull().references('bookings.id'))
    .addColumn('site_id', 'text', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('sites_of_a_rehearsal', ['booking_id', 'site_id'])
    .execute();
}
