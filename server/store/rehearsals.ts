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
  /** Who has stopped that the codecs of this meeting are tried by themselves; undefined: nobody. */
  stopped(bookingId: string): Promise<Stop | undefined>;
  setStopped(bookingId: string, stop: Stop | undefined, note: AuditEntry): Promise<void>;
}

export interface Stop {
  at: number;
  by: string;
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
    async stopped(bookingId) {
      const row = db.selectFrom('stopped_rounds').select(['at', 'by']).where('booking_id', '=', bookingId);
      return row.executeTakeFirst();
    },
    async setStopped(bookingId, stop, note) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('stopped_rounds').where('booking_id', '=', bookingId).execute();
        const row = stop && { booking_id: bookingId, ...stop };
        if (row) await transaction.insertInto('stopped_rounds').values(row).execute();
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

/** The migration `2026-12-zb-stopped-rounds`. */
export async function stoppedRounds(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stopped_rounds')
    .addColumn('booking_id', 'text', (c) => c.primaryKey().references('bookings.id'))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .execute();
}
