import { expect, test } from 'vitest';
import { addDays, isWorkingDay, localOf, momentOf, weekdayOf } from '../../../server/meetings/days.ts';

const HANOI = 'Asia/Ho_Chi_Minh';
const HOUR = 3_600_000;

test('a moment has its day and time of day, and comes back from them', () => {
  const at = Date.UTC(2026, 10, 22, 18, 30);
  expect(localOf(at, HANOI)).toEqual({ year: 2026, month: 11, day: 23, msOfDay: 1.5 * HOUR });
  expect(momentOf({ year: 2026, month: 11, day: 23 }, 1.5 * HOUR, HANOI)).toBe(at);
});

test('clocks that are put forward and back are followed', () => {
  const before = localOf(Date.UTC(2026, 2, 28, 8), 'Europe/Berlin');
  const next = momentOf(addDays(before, 1), before.msOfDay, 'Europe/Berlin');
  expect(next).toBe(Date.UTC(2026, 2, 29, 7));
  expect(momentOf({ year: 2026, month: 3, day: 29 }, 2.5 * HOUR, 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30));
  expect(momentOf({ year: 2026, month: 10, day: 25 }, 2.5 * HOUR, 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30));
});

test('days are counted over months and leap years', () => {
  expect(addDays({ year: 2028, month: 2, day: 28 }, 1)).toEqual({ year: 2028, month: 2, day: 29 });
  expect(addDays({ year: 2026, month: 1, day: 3 }, -5)).toEqual({ year: 2025, month: 12, day: 29 });
  expect(weekdayOf({ year: 2026, month: 11, day: 23 })).toBe(1);
});

test('a working day is Monday to Friday without holidays, yearly or once', () => {
  const is = (month: number, day: number) => isWorkingDay({ year: 2026, month, day }, ['09-02', '2026-02-17']);
  expect([is(11, 20), is(11, 21), is(11, 22), is(11, 23)]).toEqual([true, false, false, true]);
  expect([is(9, 2), is(2, 17), is(2, 18)]).toEqual([false, false, true]);
});
