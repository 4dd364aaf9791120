/** A day as the calendar on the wall has it. `month` from 1. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

const DAY_MS = 86_400_000;

/** Day and time of day of a moment, in an IANA time zone. */
export function localOf(at: number, timeZone: string): Day & { msOfDay: number } {
  const shifted = new Date(at + offsetAt(at, timeZone));
  const [year, month, day] = [shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, shifted.getUTCDate()];
  return { year, month, day, msOfDay: shifted.getTime() - Date.UTC(year, month - 1, day) };
}

/** The moment of a time of day; of one that comes twice the first, of one that is skipped by the offset before (RFC 5545 3.3.5). */
export function momentOf({ year, month, day }: Day, msOfDay: number, timeZone: string): number {
  const asUtc = Date.UTC(year, month - 1, day) + msOfDay;
  const before = asUtc - offsetAt(asUtc - DAY_MS, timeZone);
  const after = asUtc - offsetAt(asUtc + DAY_MS, timeZone);
  const shows = (at: number) => at + offsetAt(at, timeZone) === asUtc;
  return !shows(before) && shows(after) ? after : before;
}

export function addDays({ year, month, day }: Day, days: number): Day {
  const moved = new Date(Date.UTC(year, month - 1, day) + days * DAY_MS);
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** 0 is Sunday. */
export function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Monday to Friday, unless it is one of `holidays` (`MM-DD` or `YYYY-MM-DD`). */
export function isWorkingDay(day: Day, holidays: readonly string[]): boolean {
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6) return false;
  const yearly = `${two(day.month)}-${two(day.day)}`;
  return !holidays.includes(yearly) && !holidays.includes(`${day.year}-${yearly}`);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clock is ahead of UTC at that moment, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', {
    ...numeric,
    second: 'numeric',
    hourCycle: 'h23',
    timeZone,
  });
  formats.set(timeZone, format);
  return format;
}
