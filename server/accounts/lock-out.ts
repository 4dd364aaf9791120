/** Wrong passwords or codes in a row, from wherever. */
export interface LockOut {
  failures: number;
  /** Milliseconds since 1970. */
  lockedUntil?: number | undefined;
}

/** OWASP's authentication cheat sheet leaves the figures to the house: a person mistypes less often, a program more. */
export const FAILURES_ALLOWED = 10;
const FIRST_LOCK_MS = 15 * 60_000;
const LONGEST_LOCK_MS = 24 * 3600_000;

export const UNLOCKED: LockOut = { failures: 0 };

export function isLocked({ lockedUntil }: LockOut, now: number): boolean {
  return lockedUntil !== undefined && lockedUntil > now;
}

/** After one more failure. From the tenth on each locks, twice as long as the one before, for a day at most. */
export function afterFailure({ failures, lockedUntil }: LockOut, now: number): LockOut {
  const counted = failures + 1;
  if (counted < FAILURES_ALLOWED) return { failures: counted, lockedUntil };
  const doubled = FIRST_LOCK_MS * 2 ** Math.min(counted - FAILURES_ALLOWED, 10);
  return { failures: counted, lockedUntil: now + Math.min(doubled, LONGEST_LOCK_MS) };
}
