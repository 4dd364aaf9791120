import type { SipBinding } from '../protocol/wire.ts';
import type { Database } from './schema.ts';

/** Where the codecs' accounts are registered; kept so that a gateway that starts again finds them. */
export interface Registrations {
  /** What has not expired, with the time since when each contact is there without a gap. */
  list(now: number): Promise<{ binding: SipBinding; since: number }[]>;
  /** All bindings of this account, in the place of those before. Those of an unknown account are left out. */
  replace(account: string, bindings: readonly SipBinding[], now: number): Promise<void>;
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
      });
    },
  };
}
