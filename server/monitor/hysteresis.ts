import type { LineLevel } from '../protocol/lines.ts';

export const LEVELS = ['good', 'strained', 'poor', 'down'] as const satisfies readonly LineLevel[];

/** When a measure makes a line worse, and for how long it must. */
export interface Rule {
  /** From here on strained, poor, down; larger is worse. */
  strained?: number;
  poor?: number;
  down?: number;
  riseMs: number;
  fallMs: number;
}

/** Where one measure of one direction stands. */
export interface Alarm {
  level: LineLevel;
  value: number;
  /** Since when it is not good. */
  since: number;
  /** Last measured. */
  at: number;
  /** Whether it is that bad or worse, for each level, and since when. */
  reached: Readonly<Record<LineLevel, { is: boolean; since: number }>>;
}

/** A level is left only where the measure is clearly below what led to it. */
const CLEARLY = 0.7;
/** So long without a measurement, and nothing is known any more. */
const STALE_MS = 10_000;

export function rankOf(level: LineLevel): number {
  return LEVELS.indexOf(level);
}

export function worse(a: LineLevel, b: LineLevel): LineLevel {
  return rankOf(a) >= rankOf(b) ? a : b;
}

/**
 * One more measurement, or none. The alarm rises to a level when the measure has been that bad for `riseMs` without a
 * break, and leaves it when it has been clearly better for `fallMs` without one.
 * @param badness compared with the rule's thresholds
 * @param value what is shown to people
 * @returns nothing where nothing was measured for a while, and where all is as good as it was: there is nothing to remember
 */
export function step(
  alarm: Alarm | undefined,
  measured: { badness: number; value: number } | undefined,
  rule: Rule,
  at: number,
): Alarm | undefined {
  if (!measured) return alarm && at - alarm.at >= Math.max(STALE_MS, rule.fallMs) ? undefined : alarm;
  const before = alarm?.level ?? 'good';
  if (before === 'good' && measured.badness < leastOf(rule)) return undefined;
  const target = rankOf(targetOf(before, measured.badness, rule));
  const turned = (level: LineLevel) => {
    const is = target >= rankOf(level);
    const known = alarm?.reached[level];
    return known?.is === is ? known : { is, since: at };
  };
  const reached = { good: turned('good'), strained: turned('strained'), poor: turned('poor'), down: turned('down') };
  const level = levelOf(before, reached, rule, at);
  const since = before === 'good' ? reached.strained.since : (alarm?.since ?? at);
  return { level, value: measured.value, since, at, reached };
}

function leastOf({ strained, poor, down }: Rule): number {
  return strained ?? poor ?? down ?? Number.POSITIVE_INFINITY;
}

function levelOf(before: LineLevel, reached: Alarm['reached'], { riseMs, fallMs }: Rule, at: number): LineLevel {
  const risen = LEVELS.findLast((level) => reached[level].is && at - reached[level].since >= riseMs) ?? 'good';
  if (rankOf(risen) >= rankOf(before)) return risen;
  const held = (level: LineLevel) => reached[level].is || at - reached[level].since < fallMs;
  return LEVELS.findLast((level) => rankOf(level) <= rankOf(before) && held(level)) ?? 'good';
}

/** What it would be by this measurement alone: a level that was reached is kept until the measure is clearly better. */
function targetOf(level: LineLevel, badness: number, rule: Rule): LineLevel {
  const reached = (wanted: LineLevel) => {
    const threshold = wanted === 'good' ? 0 : rule[wanted];
    if (threshold === undefined) return false;
    return badness >= (rankOf(wanted) <= rankOf(level) ? threshold * CLEARLY : threshold);
  };
  return LEVELS.findLast(reached) ?? 'good';
}
