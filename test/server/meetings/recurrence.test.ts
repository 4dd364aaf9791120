import { expect, test } from 'vitest';
import { occurrencesOf } from '../../../server/meetings/recurrence.ts';
import type { Booked, Repeat } from '../../../server/protocol/bookings.ts';

const HOUR = 3_600_000;
function starting(startsAt: number): Booked {
  const times = { preparationAt: startsAt - HOUR, startsAt, endsAt: startsAt + 2 * HOUR };
  return { title: 'Giao ban', hostUnitId: 'ub', siteIds: ['a'], deskId: 'main', ...times };
}
const hanoi = (month: number, day: number) => Date.UTC(2026, month - 1, day, 1);
function days(startsAt: number, repeat: Repeat, timeZone = 'Asia/Ho_Chi_Minh'): string[] {
  const all = occurrencesOf(starting(startsAt), repeat, timeZone);
  for (const one of all)
    expect([one.startsAt - one.preparationAt, one.endsAt - one.startsAt]).toEqual([HOUR, 2 * HOUR]);
  return all.map((one) => new Date(one.startsAt).toISOString().slice(0, 13));
}

test('every second week', () => {
  const every = { every: 'week', interval: 2, times: 3 } as const;
  expect(days(hanoi(11, 23), every)).toEqual(['2026-11-23T01', '2026-12-07T01', '2026-12-21T01']);
});

test('the first Monday of each month, over the end of a year', () => {
  const every = { every: 'month', interval: 1, times: 4 } as const;
  expect(days(hanoi(11, 2), every)).toEqual(['2026-11-02T01', '2026-12-07T01', '2027-01-04T01', '2027-02-01T01']);
});

test('the fifth Monday is the last where there are four', () => {
  const every = { every: 'month', interval: 1, times: 3 } as const;
  expect(days(hanoi(11, 30), every)).toEqual(['2026-11-30T01', '2026-12-28T01', '2027-01-25T01']);
});

test('the clock shows the same time when it is put back', () => {
  const every = { every: 'week', interval: 1, times: 2 } as const;
  expect(days(Date.UTC(2026, 9, 19, 6), every, 'Europe/Berlin')).toEqual(['2026-10-19T06', '2026-10-26T07']);
});

test('without a repetition it is the one', () => {
  const one = starting(hanoi(11, 23));
  expect(occurrencesOf(one, undefined, 'Asia/Ho_Chi_Minh')).toEqual([one]);
});
