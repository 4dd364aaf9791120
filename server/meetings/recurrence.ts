import type { Booked, Repeat } from '../protocol/bookings.ts';
import { addDays, type Day, daysInMonth, localOf, momentOf, weekdayOf } from './days.ts';

/**
 * The meetings of a repetition, the first included (RFC 5545 3.3.10: FREQ=WEEKLY, or FREQ=MONTHLY with BYDAY). Their clocks show
 * the same times. Monthly is the same weekday of the same week: the first Monday; the fifth is the last where there are four.
 */
export function occurrencesOf(booked: Booked, repeat: Repeat | undefined, timeZone: string): Booked[] {
  if (!repeat) return [booked];
  const { msOfDay, ...first } = localOf(booked.startsAt, timeZone);
  return Array.from({ length: repeat.times }, (_, n) => {
    const day =
      repeat.every === 'week' ? addDays(first, 7 * repeat.interval * n) : monthsOn(first, repeat.interval * n);
    const startsAt = momentOf(day, msOfDay, timeZone);
    const moved = startsAt - booked.startsAt;
    return { ...booked, startsAt, preparationAt: booked.preparationAt + moved, endsAt: booked.endsAt + moved };
  });
}

function monthsOn(first: Day, months: number): Day {
  const from = first.year * 12 + first.month - 1 + months;
  const [year, month] = [Math.floor(from / 12), (from % 12) + 1];
  const week = Math.ceil(first.day / 7);
  const earliest = 1 + ((weekdayOf(first) - weekdayOf({ year, month, day: 1 }) + 7) % 7);
  const day = earliest + 7 * (week - 1);
  return { year, month, day: day > daysInMonth(year, month) ? day - 7 : day };
}
