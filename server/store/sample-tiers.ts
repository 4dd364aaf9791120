const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

export interface Tier {
  table: 'seconds' | 'tens' | 'minutes';
  step: number;
  /** Rows of so many seconds lie together, by line: what is too old goes at once, and a line's past is a few places. */
  bucket: number;
  keptFor: number;
  /** What is asked of it at most at once. */
  widest: number;
}
/**
 * How finely, and for how long; seconds. A day by the second is for the meeting that has just been, three by ten
 * seconds for a complaint, two years by the minute for the carrier (REG-17) and the yearly review (REG-16).
 */
export const SECONDS: Tier = { table: 'seconds', step: 1, bucket: 60, keptFor: DAY_S, widest: 2 * HOUR_S };
export const TENS: Tier = { table: 'tens', step: 10, bucket: 600, keptFor: 3 * DAY_S, widest: DAY_S };
export const MINUTES: Tier = {
  table: 'minutes',
  step: 60,
  bucket: DAY_S,
  keptFor: 730 * DAY_S,
  widest: 730 * DAY_S,
};
export const TIERS = [SECONDS, TENS, MINUTES];

/** Of whole minutes from the coarsest tier on, so that a step is made of whole rows. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, HOUR_S, 2 * HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S];

/** What is drawn: steps of `step` seconds from `first` on, `last` not included. */
export interface Grid {
  tier: Tier;
  step: number;
  first: number;
  last: number;
}

/**
 * How a time is cut into at most about `points` steps, and of which tier they are made: the coarsest that is fine enough.
 * @param isWhole streams are wanted too, which the coarsest tier does not have
 * @param now seconds; what is no longer kept and what is to come are left out
 */
export function gridOf(
  { from, to, points, isWhole }: { from: number; to: number; points: number; isWhole: boolean },
  now: number,
): Grid {
  const [start, end] = [Math.max(Math.floor(from / 1000), now - MINUTES.keptFor), Math.ceil(to / 1000)];
  const span = Math.max(0, Math.min(end, now + 1) - start);
  const wanted = STEPS.find((each) => span / each <= points) ?? 7 * DAY_S;
  const kept = TIERS.filter(({ keptFor }) => now - start <= keptFor);
  const coarsest = kept.findLast(({ step }) => step <= wanted) ?? kept[0] ?? MINUTES;
  // A day, however its ends were rounded.
  const hasTens = kept.includes(TENS) && span <= TENS.widest + MINUTES.step;
  const tier = isWhole && coarsest === MINUTES && hasTens ? TENS : coarsest;
  const step = Math.max(wanted, tier.step);
  const first = Math.floor(start / step) * step;
  return { tier, step, first, last: Math.max(first, Math.ceil((start + span) / step) * step) };
}

/** The beginnings of the steps, in milliseconds. */
export function timesOf({ first, last, step }: Grid): number[] {
  return Array.from({ length: (last - first) / step }, (_, i) => (first + i * step) * 1000);
}
