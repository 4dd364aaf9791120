import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredBooking } from '../../server/store/index.ts';
import { bookingAt, MONDAY, reserved } from './bookings.ts';
import type { Twin } from './store-suite.ts';

const HOUR = 3_600_000;

/** What every store owes the meetings that are booked. */
export function describeBookings(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of bookings`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
      const unit = { organisationId: 'so-y-te', name: 'Sở Y tế', contacts: [] };
      await twin.store.organisations.add({ ...unit, kind: 'hostUnit' }, BY, 1);
    });
    afterEach(() => twin.close());
    const add = (...bookings: StoredBooking[]) => twin.store.bookings.add(bookings.map(reserved));

    test('a booking is read as it was written, also by the next process', async () => {
      const booking = { ...bookingAt('a', 8, ['ba-be']), seriesId: 's', roomId: '123456' };
      expect(await add(booking)).toBe('saved');
      const next = await twin.reopen();
      expect(await next.bookings.find('a')).toEqual(booking);
      expect(await next.bookings.list({ from: MONDAY + 9 * HOUR, to: MONDAY + 10 * HOUR })).toEqual([booking]);
      expect(await next.bookings.list({ from: MONDAY + 10 * HOUR, to: MONDAY + 11 * HOUR })).toEqual([]);
      await next.close();
    });

    test('REG-2 no site is in two meetings at once, from the preparation to the end, and the clash is named', async () => {
      await add(bookingAt('a', 8, ['ba-be', 'na-ri']));
      const clash = await add(bookingAt('b', 10, ['na-ri', 'pac-nam'], 'second'));
      expect(clash).toMatchObject({ taken: [{ resource: 'site:na-ri', booking: { bookingId: 'a' } }] });
      expect(await twin.store.bookings.find('b')).toBeUndefined();
      expect(await add(bookingAt('b', 11, ['na-ri'], 'second'))).toBe('saved');
      expect(await add(bookingAt('c', 8, ['pac-nam'], 'second'))).toBe('saved');
    });

    test('REG-2 nor is a desk', async () => {
      await add(bookingAt('a', 8, ['ba-be']));
      expect(await add(bookingAt('b', 9, ['na-ri']))).toMatchObject({ taken: [{ resource: 'desk:main' }] });
    });

    test('a repetition is booked whole or not at all', async () => {
      await add(bookingAt('a', 32, ['ba-be']));
      expect(await add(bookingAt('b', 8, ['ba-be']), bookingAt('c', 32, ['ba-be']))).toMatchObject({ taken: [{}, {}] });
      expect(await twin.store.bookings.find('b')).toBeUndefined();
    });

    test('moved it is in nobody’s way but another’s; what is cancelled is in nobody’s', async () => {
      const { bookings } = twin.store;
      const [a, b] = [bookingAt('a', 8, ['ba-be']), bookingAt('b', 20, ['ba-be'])];
      await add(a, b);
      const later = { ...bookingAt('a', 9, ['ba-be']), version: 2 };
      expect(await bookings.change(reserved(later), a)).toBe('saved');
      expect(await bookings.change(reserved({ ...later, version: 3 }), a)).toBe('bookingChanged');
      const onto = reserved({ ...bookingAt('a', 19, ['ba-be']), version: 3 });
      expect(await bookings.change(onto, later)).toMatchObject({ taken: [{ booking: { bookingId: 'b' } }, {}] });
      expect(await bookings.change(reserved(bookingAt('x', 1, [])), a)).toBe('bookingUnknown');
      expect(await bookings.taken(onto.reservations, 'a')).toHaveLength(2);
      await bookings.change({ booking: { ...b, status: 'cancelled' }, reservations: [] }, b);
      expect(await bookings.taken(onto.reservations, 'a')).toEqual([]);
      expect(await bookings.change(onto, later)).toBe('saved');
    });

    test('a host unit that has meetings stays', async () => {
      expect(
        await add({ ...bookingAt('a', 8, []), booked: { ...bookingAt('a', 8, []).booked, hostUnitId: 'x' } }),
      ).toBe('organisationUnknown');
      await add(bookingAt('a', 8, []));
      expect(await twin.store.organisations.remove('so-y-te', BY, 2)).toBe('organisationInUse');
    });

    test('what the office has written is read as it was', async () => {
      const { deskDocuments } = twin.store;
      expect(await deskDocuments.read('settings')).toBeUndefined();
      await deskDocuments.write('settings', { office: 'VP' }, { username: 'lan', ip: '' }, 1);
      await deskDocuments.write('settings', { office: 'Văn phòng' }, { username: 'lan', ip: '' }, 2);
      expect(await deskDocuments.read('settings')).toEqual({ office: 'Văn phòng' });
    });

    test('notices wait in the store until their time', async () => {
      await add(bookingAt('a', 8, []));
      const { notices } = twin.store;
      const told = { to: { name: 'VNPT', address: 'truc@vnpt.vn' }, by: 'lan', createdAt: 5, attempts: 0, version: 1 };
      const way = { about: 'invitation', audience: 'carrier', channel: 'email' } as const;
      const one = { noticeId: 'n1', bookingId: 'a', ...told, ...way };
      await notices.add([{ ...one, status: 'queued', nextAt: 10 }]);
      await notices.add([{ ...one, noticeId: 'n2', status: 'delivered', deliveredAt: 6 }]);
      expect(await notices.due(9, 5)).toEqual([]);
      expect(await notices.due(10, 5)).toEqual([{ ...one, status: 'queued', nextAt: 10 }]);
      expect(await notices.due(10, 5, 'people', ['n1'])).toEqual([]);
      const call = { ...one, channel: 'webhook', to: { name: 'calendar', address: 'http://x/' }, nextAt: 10 } as const;
      await notices.add([{ ...call, noticeId: 'n3', status: 'queued' }]);
      const ids = async (but: string[]) => (await notices.due(10, 5, 'programs', but)).map(({ noticeId }) => noticeId);
      expect([await ids([]), await ids(['other']), await ids(['calendar'])]).toEqual([['n3'], ['n3'], []]);
      await notices.change({ ...call, noticeId: 'n3', status: 'failed', attempts: 1 });
      await notices.change({ ...one, status: 'failed', attempts: 3, failure: 'ECONNREFUSED' });
      expect(await notices.due(99, 5)).toEqual([]);
      expect((await notices.ofBooking('a')).map(({ status }) => status)).toEqual(['failed', 'delivered', 'failed']);
      expect(await notices.find('n1')).toMatchObject({ failure: 'ECONNREFUSED' });
    });
  });
}

const BY = { username: 'lan', ip: '10.0.0.1' };
