import { expect, test } from 'vitest';
import { bookOf, changeOf, formOf, wrongFields } from '../../../client/meetings/booking-form.ts';
import { type Booking, bookingSchema, bookSchema } from '../../../server/protocol/bookings.ts';

const NOW = new Date(2026, 10, 22, 9, 15).getTime();
const good = { ...formOf(undefined, NOW), title: ' Giao ban ', hostUnitId: 'so-y-te', siteIds: ['ba-be', 'na-ri'] };
const deadline = { dueAt: NOW, state: 'toMeet' };
const booking: Booking = bookingSchema.parse({
  ...bookOf({ ...good, hostSiteId: 'na-ri', note: 'Mang tài liệu' }),
  ...{ announcedAt: NOW, bookingId: 'b', status: 'requested', version: 3, steps: [] },
  deadlines: { announcement: deadline, carrier: deadline },
});

test('a new booking is for a morning in a week, and is sent as the contract wants it', () => {
  expect([good.date, wrongFields(good, NOW).size]).toEqual(['2026-11-29', 0]);
  expect(bookSchema.parse(bookOf(good))).toMatchObject({
    ...{ title: 'Giao ban', startsAt: new Date(2026, 10, 29, 8).getTime() },
    ...{ preparationAt: new Date(2026, 10, 29, 7, 30).getTime(), endsAt: new Date(2026, 10, 29, 10).getTime() },
  });
});

test('what is not changed is sent back as it was', () => {
  const { bookingId: _id, status: _status, steps: _steps, deadlines: _deadlines, ...sent } = booking;
  expect(changeOf(formOf(booking, NOW), booking)).toEqual(sent);
});

test('who is left out hosts nothing', () => {
  expect(bookOf({ ...good, hostSiteId: 'pac-nam' }).hostSiteId).toBeUndefined();
});

test('a meeting may end after midnight, and repeat', () => {
  const late = { ...good, preparation: '21:00', start: '22:00', end: '01:00', repeat: 'twoWeeks' as const, times: '5' };
  expect(wrongFields(late, NOW).size).toBe(0);
  expect(bookOf(late)).toMatchObject({
    endsAt: new Date(2026, 10, 30, 1).getTime(),
    repeat: { interval: 2, times: 5 },
  });
});

test.each<[string, object]>([
  ['title', { title: ' ' }],
  ['hostUnitId', { hostUnitId: '' }],
  ['date', { date: '2026-11-21' }],
  ['start', { date: '2026-11-22', start: '08:00' }],
  ['preparation', { preparation: '08:01' }],
  ['end', { end: '08:00' }],
  ['siteIds', { siteIds: [] }],
  ['reason', { isEmergency: true }],
  ['times', { repeat: 'week', times: '61' }],
  ['announced', { announced: '2026-11-23' }],
])('names a wrong field: %s', (field, wrong) => {
  expect([...wrongFields({ ...good, ...wrong }, NOW)]).toContain(field);
});

test('a meeting that is being prepared may still be changed', () => {
  const begun = { ...formOf(booking, NOW), title: 'Giao ban 2' };
  expect(wrongFields(begun, booking.startsAt + 60_000, booking).size).toBe(0);
});
