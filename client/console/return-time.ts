const DAY_MS = 24 * 3600_000;
/** A time of day as people write it: the machine's own field would show twelve hours to some and 24 to others. */
const WRITTEN = /^(\d{1,2})\s*(?:[:.]|h|g|giờ)?\s*(\d{2})?$/i;
/** Further off, a time of day means the one that has just passed. */
const FURTHEST_MS = 12 * 3600_000;

/**
 * The next moment at which a clock of this machine's time zone shows this time.
 * @param text `14:30`, `14h30`, `14 giờ 30`, `14h`, `1430`
 * @param now milliseconds since 1970
 * @returns null where that is more than twelve hours off: the time has passed, or is mistyped
 */
export function nextMomentOf(text: string, now: number): number | null {
  const [, hours, minutes = '0'] = WRITTEN.exec(text.trim()) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  const moment = new Date(now).setHours(Number(hours), Number(minutes), 0, 0);
  const next = moment > now ? moment : moment + DAY_MS;
  return next - now <= FURTHEST_MS ? next : null;
}
