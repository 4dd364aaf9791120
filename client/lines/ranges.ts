import type { Span } from '../ui/time-axis.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Until now. */
const RANGES = {
  m5: 5 * MINUTE,
  m15: 15 * MINUTE,
  h1: HOUR,
  h6: 6 * HOUR,
  d1: DAY,
  d7: 7 * DAY,
  d30: 30 * DAY,
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as RangeName[];

/** What is looked at: the last so long, following the clock, or a fixed time. */
export type Range = { last: RangeName } | Span;

export function spanOf(range: Range, now: number): Span {
  return 'last' in range ? { from: now - RANGES[range.last], to: now } : range;
}

/** How often what follows the clock is read again; a fixed time is not. */
export function refreshMs(range: Range): number | null {
  if (!('last' in range)) return null;
  return RANGES[range.last] <= HOUR ? 2_000 : 15_000;
}

/** As the address says it: `?last=h1`, or `?from=&to=` in milliseconds. */
export function readRange(search: string): Range {
  const asked = new URLSearchParams(search);
  const [from, to] = ['from', 'to'].map((name) => Number(asked.get(name) ?? Number.NaN));
  if (from !== undefined && to !== undefined && from >= 0 && to > from) return { from, to };
  return { last: RANGE_NAMES.find((name) => name === asked.get('last')) ?? 'm15' };
}

export function writeRange(range: Range, roomId: string | undefined): string {
  const query = new URLSearchParams(
    'last' in range ? { last: range.last } : { from: String(range.from), to: String(range.to) },
  );
  if (roomId !== undefined) query.set('roomId', roomId);
  return `?${query}`;
}

/** As `<input type="datetime-local">` writes a time, in the machine's zone. */
export function localTime(at: number): string {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return shifted.toISOString().slice(0, 19);
}
