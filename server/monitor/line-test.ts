import type { Advice, LineTestResult, LineTestStage, TestedHalf } from '../protocol/line-tests.ts';
import type { Direction, LineLevel } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import { worse } from './hysteresis.ts';
import { RULES } from './readings.ts';

/** A sample with what was going on when it was taken. */
export interface Heard {
  stage: LineTestStage;
  sample: Sample;
}

/** What was tried, kbit/s; absent where nothing more was tried than what there was to send. */
export type Tried = Partial<Record<Direction, number>>;

/** What is agreed and known of a line. */
export interface LineAgreed {
  upKbps?: number | undefined;
  downKbps?: number | undefined;
  /** Percent, ms and ms, as promised by the carrier (REG-17). */
  targets?: { loss?: number | undefined; jitterMs?: number | undefined; roundTripMs?: number | undefined } | undefined;
}

/** What a site needs in each direction, kbit/s: for sound alone, and with a small, a medium and a large picture. */
export type LineNeeds = Record<Direction, { sound: number; small: number; medium: number; large: number }>;

const DIRECTIONS = ['up', 'down'] as const;
/** Less than this share of what was tried has come through: the line is full. */
const FULL = 0.8;
/** A little less than agreed is the measurement's own doing. */
const NEARLY = 0.85;

/**
 * What was measured says of the line, with advice; pure. Loss, jitter and round trip are those of a line that is not full:
 * a full one loses, and that is no fault of it.
 */
export function judgeTest(
  heard: readonly Heard[],
  { tried, agreed, needs }: { tried: Tried; agreed: LineAgreed; needs: LineNeeds },
): LineTestResult {
  const calm = heard.filter(({ stage }) => stage === 'both').map(({ sample }) => sample);
  const roundTripMs = round(median(calm.flatMap(({ roundTripMs: ms }) => (ms === undefined ? [] : [ms]))));
  const half = (direction: Direction) => halfOf(heard, calm, direction, tried[direction]);
  const measured = { up: half('up'), down: half('down'), ...(roundTripMs === undefined ? {} : { roundTripMs }) };
  const all = [
    ...DIRECTIONS.flatMap((direction) => qualityAdvice(measured[direction], direction)),
    ...roundTripAdvice(roundTripMs, agreed),
    ...DIRECTIONS.flatMap((direction) => targetAdvice(measured[direction], direction, agreed)),
    ...DIRECTIONS.flatMap((direction) => rateAdvice(measured[direction], { direction, tried, agreed, needs })),
    ...(heard.some(({ stage, sample }) => stage === 'up' && sample.limited === 'processor')
      ? [{ level: 'strained' as const, advice: { advice: 'processor' as const, direction: 'up' as const } }]
      : []),
  ];
  const level = all.reduce<LineLevel>((worst, one) => worse(worst, one.level), 'good');
  const ordered = all.toSorted((a, b) => (a.level === b.level ? 0 : worse(a.level, b.level) === a.level ? -1 : 1));
  const fine = Object.keys(tried).length > 0 ? 'fine' : 'fineCall';
  const advice = ordered.length > 0 ? ordered.map((one) => one.advice) : [{ advice: fine } as const];
  return { level, ...measured, advice: advice.slice(0, 16) };
}

interface Judged {
  level: LineLevel;
  advice: Advice;
}

function halfOf(heard: readonly Heard[], calm: readonly Sample[], direction: Direction, tried?: number): TestedHalf {
  const stages: readonly LineTestStage[] = tried === undefined ? ['both'] : [direction];
  const loaded = heard.filter(({ stage, sample }) => stages.includes(stage) && isOf(sample, direction));
  const rates = ratesOf(loaded.map(({ sample }) => sample));
  // A line that is filled passes no more than it bears at any moment; a call is busy and idle by turns.
  const kbps = round(tried === undefined ? upperQuartile(rates) : quantile(rates, 1));
  // Who sends may have been too slow for a line that he found to be wide; what he begins with he has not found.
  const estimates = heard.filter(({ stage, sample }) => stage === direction && sample.by === 'client');
  const estimate =
    median(
      estimates.flatMap(({ sample: { availableKbps } }) => (availableKbps === undefined ? [] : [availableKbps])),
    ) ?? 0;
  const own = calm.filter((sample) => isOf(sample, direction));
  const loss = lossOf(own);
  const jitterMs = round(median(own.flatMap(({ jitterMs: ms }) => (ms === undefined ? [] : [ms]))));
  return {
    ...(kbps === undefined ? {} : { kbps }),
    isFull: tried !== undefined && kbps !== undefined && kbps < tried * FULL && estimate < tried * FULL,
    ...(loss === undefined ? {} : { loss: Math.round(loss * 10_000) / 10_000 }),
    ...(jitterMs === undefined ? {} : { jitterMs }),
  };
}

/** Of a single stream, as its receiver counts it: this server what comes up, the other end what comes down. */
function isOf({ direction, stream, kbps, by }: Sample, wanted: Direction): boolean {
  const isReceiver = by === 'leg' || (by === 'server') === (direction === 'up');
  return direction === wanted && isReceiver && stream !== undefined && kbps !== undefined;
}

/** Streams that were measured together are added up. A leg says of what it sends how much of it was lost. */
function ratesOf(samples: readonly Sample[]): number[] {
  const byTime = new Map<number, number>();
  for (const { at, kbps = 0, by, direction, loss = 0 } of samples) {
    const came = by === 'leg' && direction === 'down' ? kbps * (1 - loss) : kbps;
    byTime.set(at, (byTime.get(at) ?? 0) + came);
  }
  return [...byTime.values()];
}

function lossOf(samples: readonly Sample[]): number | undefined {
  let [lost, expected] = [0, 0];
  for (const { packets, loss } of samples) {
    if (packets === undefined || loss === undefined) continue;
    const due = loss < 1 ? packets / (1 - loss) : packets;
    lost += due - packets;
    expected += due;
  }
  return expected > 0 ? lost / expected : undefined;
}

function qualityAdvice({ loss, jitterMs }: TestedHalf, direction: Direction): Judged[] {
  return [
    ...ruled('loss', loss, RULES.loss).map((one) => ({ ...one, advice: { ...one.advice, direction } })),
    ...ruled('jitter', jitterMs, RULES.jitter).map((one) => ({ ...one, advice: { ...one.advice, direction } })),
  ];
}

function roundTripAdvice(roundTripMs: number | undefined, { targets }: LineAgreed): Judged[] {
  const limit = targets?.roundTripMs;
  const isAbove = roundTripMs !== undefined && limit !== undefined && roundTripMs > limit;
  return [
    ...ruled('roundTrip', roundTripMs, RULES.roundTrip),
    ...(isAbove ? [strained({ advice: 'aboveTargetRoundTrip', value: roundTripMs, limit })] : []),
  ];
}

function targetAdvice({ loss, jitterMs }: TestedHalf, direction: Direction, { targets = {} }: LineAgreed): Judged[] {
  const promised = targets.loss === undefined ? undefined : targets.loss / 100;
  const lossTooHigh = loss !== undefined && promised !== undefined && loss > promised;
  const jitterTooHigh = jitterMs !== undefined && targets.jitterMs !== undefined && jitterMs > targets.jitterMs;
  return [
    ...(lossTooHigh ? [strained({ advice: 'aboveTargetLoss', direction, value: loss, limit: promised })] : []),
    ...(jitterTooHigh
      ? [strained({ advice: 'aboveTargetJitter', direction, value: jitterMs, limit: targets.jitterMs })]
      : []),
  ];
}

interface RateTerms {
  direction: Direction;
  tried: Tried;
  agreed: LineAgreed;
  needs: LineNeeds;
}

function rateAdvice({ kbps, isFull }: TestedHalf, { direction, tried, agreed, needs }: RateTerms): Judged[] {
  if (kbps === undefined || kbps === 0) return [{ level: 'poor', advice: { advice: 'nothingSent', direction } }];
  const wanted = tried[direction];
  if (wanted === undefined) return [];
  const capacity = direction === 'up' ? agreed.upKbps : agreed.downKbps;
  const isLess = isFull && capacity !== undefined && kbps < Math.min(capacity, wanted) * NEARLY;
  const { sound, small, medium, large } = needs[direction];
  // What was tried in vain, or was all that the line is said to have, is all that there is.
  const bears = isFull || wanted < large ? kbps : Number.POSITIVE_INFINITY;
  const advise = (level: LineLevel, advice: Advice['advice'], limit: number) => [
    { level, advice: { advice, direction, value: kbps, limit } },
  ];
  return [
    ...(isLess ? [strained({ advice: 'belowCapacity', direction, value: kbps, limit: capacity })] : []),
    ...(bears < sound * NEARLY ? advise('down', 'nothing', sound) : []),
    ...(bears >= sound * NEARLY && bears < small * NEARLY ? advise('poor', 'soundOnly', small) : []),
    ...(bears >= small * NEARLY && bears < medium * NEARLY ? advise('strained', 'smallPicture', medium) : []),
    ...(bears >= medium * NEARLY && bears < large * NEARLY ? advise('good', 'mediumPicture', large) : []),
  ];
}

function ruled(
  advice: 'loss' | 'jitter' | 'roundTrip',
  value: number | undefined,
  { strained: first = Number.POSITIVE_INFINITY, poor = Number.POSITIVE_INFINITY }: { strained?: number; poor?: number },
): Judged[] {
  if (value === undefined || value < first) return [];
  return [{ level: value >= poor ? 'poor' : 'strained', advice: { advice, value, limit: first } }];
}

function strained(advice: Advice): Judged {
  return { level: 'strained', advice };
}

function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** Neither the best moment nor those in which it had not begun yet. */
function upperQuartile(values: readonly number[]): number | undefined {
  return quantile(values, 0.75);
}

function quantile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];
}

function round(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}
