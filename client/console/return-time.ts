const DAY_MS = 24 * 3600_000;
/** Further off, a time of day means the one that has just passed. */
const FURTHEST_MS = 12 * 3600_000;

/**
 * The next moment at which a clock of this machine's time zone shows this time.
 * @param text `hh:mm`
 * @param now milliseconds since 1970
 * @returns null where that is more than twelve hours off: the time has passed, or is mistyped
 */
export function nextMomentOf(text: string, now: number): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const moment = new Date(now).setHours(Number(hours), Number(minutes), 0, 0);
  const next = moment > now ? moment : moment + DAY_MS;
  return next - now <= FURTHEST_MS ? next : null;
}
