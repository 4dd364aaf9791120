// A time that is drawn from left to right.

/** What is drawn of it, in ms. */
export interface Span {
  from: number;
  to: number;
}

/** Where a moment is drawn, in percent of the width. */
export function placeOf(at: number, { from, to }: Span): number {
  return to > from ? ((at - from) / (to - from)) * 100 : 0;
}

/** The moment that is drawn there, in what is drawn; nothing while the page has not laid it out. */
export function timeAt({ clientX }: { clientX: number }, drawn: Element | undefined, { from, to }: Span) {
  const box = drawn?.getBoundingClientRect();
  if (!box || box.width === 0) return undefined;
  return from + Math.min(1, Math.max(0, (clientX - box.left) / box.width)) * (to - from);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS_MS = [
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 30, 90, 365].map((days) => days * DAY),
];

/** About so much is what a time takes that is written. */
export const TICK_PX = 84;

/** Round moments, no more than `most`. @param zoneMs so far is the clock by which they are round ahead of `span` */
export function ticksOf({ from, to }: Span, most: number, zoneMs = 0): number[] {
  const step = STEPS_MS.find((ms) => (to - from) / ms <= Math.max(1, most)) ?? 365 * DAY;
  const first = Math.ceil((from + zoneMs) / step) * step - zoneMs;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}
