import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noRehearsal } from '../../server/room/rehearsal.ts';
import { bookingAt, reserved } from './bookings.ts';
import type { Twin } from './store-suite.ts';

const BY = { username: 'lan', ip: '10.0.0.1' };

/** What every store owes the rehearsals. */
export function describeRehearsals(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of rehearsals`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
      const hostUnit = { organisationId: 'so-y-te', kind: 'hostUnit', name: 'Sở Y tế', contacts: [] } as const;
      await twin.store.organisations.add({ ...hostUnit, contacts: [] }, BY, 1);
      await twin.store.bookings.add([reserved(bookingAt('b1', 0, ['ba-be', 'na-ri']))]);
    });
    afterEach(() => twin.close());

    test('REG-5 REG-13 the last record of each site outlives the process; a signature is in the audit log', async () => {
      const site = noRehearsal('ba-be');
      const signed = { ...site, rehearsal: { ticked: [], signed: { name: 'Lý A Sử', at: 5, by: 'device:d1' } } };
      const note = { at: 5, by: 'device:d1', act: 'rehearsalSigned', about: 'b1' } as const;
      await twin.store.rehearsals.save('b1', site, 4);
      await twin.store.rehearsals.save('b1', noRehearsal('na-ri'), 4);
      await twin.store.rehearsals.save('b1', signed, 5, note);
      await twin.store.close();
      const store = await twin.reopen();
      expect(await store.rehearsals.ofBooking('b1')).toEqual([signed, noRehearsal('na-ri')]);
      expect(await store.rehearsals.ofBooking('b2')).toEqual([]);
      const { rows } = await store.audit.list({ limit: 50, act: 'rehearsalSigned' });
      expect(rows).toMatchObject([note]);
      await store.close();
    });
  });
}
