import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bookings } from '../../../server/desk/bookings.ts';
import { Directory } from '../../../server/desk/directory.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import { type Fixture, openFixture } from '../room-parts.ts';

const BY = { username: 'lan', ip: '' };
const HOUR = 3_600_000;
const booked = {
  ...{ title: 'Giao ban', hostUnitId: 'so-y-te', siteIds: ['ba-be'], deskId: 'main' },
  ...{ preparationAt: 10 * HOUR, startsAt: 11 * HOUR, endsAt: 12 * HOUR },
};

let fixture: Fixture;
let rooms: OpenRooms;
let bookings: Bookings;
/** Happens once, right before the next change is stored. */
let meanwhile: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  fixture = await openFixture();
  const { store, parts } = fixture;
  const common = { logger: parts.logger, now: () => HOUR, timeZone: 'Asia/Ho_Chi_Minh' };
  rooms = await OpenRooms.recover(parts);
  const directory = await Directory.open({ ...common, store, rooms });
  await store.organisations.add({ organisationId: 'so-y-te', kind: 'hostUnit', name: 'Sở Y tế', contacts: [] }, BY, 1);
  await directory.add({ name: 'Ba Bể' }, BY);
  const change: typeof store.bookings.change = async (one, seen) => {
    const act = meanwhile;
    meanwhile = undefined;
    await act?.();
    return store.bookings.change(one, seen);
  };
  bookings = await Bookings.open({
    ...common,
    store: { ...store, bookings: { ...store.bookings, change } },
    rooms,
    directory,
  });
});
afterEach(async () => {
  bookings.close();
  await rooms.close();
  await fixture.close();
});

test('a rehearsal that ends while somebody changes the booking is over all the same', async () => {
  const outcome = await bookings.add(booked, BY);
  const [{ bookingId = '' } = {}] = 'bookings' in outcome ? outcome.bookings : [];
  await bookings.take(bookingId, { step: 'confirm' }, BY);
  const { roomId = '', version } = await bookings.take(bookingId, { step: 'rehearse' }, BY);
  meanwhile = () => bookings.change(bookingId, { ...booked, version, title: 'Giao ban tuần 48' }, BY);
  await rooms.require(roomId).dispatch({ verb: 'endMeeting' }, 'system');
  await expect.poll(() => bookings.find(bookingId)).toMatchObject({ status: 'confirmed', title: 'Giao ban tuần 48' });
  expect((await bookings.find(bookingId)).roomId).toBeUndefined();
});
