import type { ParticipantId } from '../protocol/ids.ts';
import type { Direction, LineState, Measure, Reason } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import { type Alarm, rankOf, step } from './hysteresis.ts';
import { isArrival, Origins } from './origins.ts';
import { qualityOf } from './quality.ts';
import { MEASURES, type Reading, type Readings, RULES, readingsOf, WINDOW_MS } from './readings.ts';

/** What is remembered of one line from one second to the next. */
export interface Assessed {
  line: LineState;
  alarms: ReadonlyMap<string, Alarm & { measure: Measure; direction: Direction }>;
  window: readonly Sample[];
  /** How its own streams came to the centre, also some seconds earlier. */
  arrivals: readonly Sample[];
  judgedAt: number;
}

export type Assessment = ReadonlyMap<ParticipantId, Assessed>;

/** Who is in the room, by how it is connected. */
export type Attendance = ReadonlyMap<ParticipantId, 'present' | 'away'>;

/** A browser tells of the five seconds before: how a stream came to the centre is remembered for as long. */
const ORIGIN_MS = 2 * WINDOW_MS;

/** Of a large meeting not every line is measured every second: one of which nothing is new and nothing is wrong is judged this often. */
const LONGEST_REST_MS = 2_500;

const DIRECTIONS = ['up', 'down'] as const;
const NONE: readonly Sample[] = [];
/** Made once: every line is asked for all of them each second. */
const WATCHED = { up: watchedOf('up'), down: watchedOf('down') };

/**
 * The state of every line of one room, a second later: pure, the time is an input. A line is as bad as the worst of
 * what was measured; each measure has its own hysteresis, so that a state that changed stays for a while.
 * @param samples those that came since the last time, of whomever; of who is not in the room they are left out
 */
export function assess(before: Assessment, attendance: Attendance, samples: readonly Sample[], at: number): Assessment {
  const fresh = Map.groupBy(samples, ({ participantId }) => participantId);
  const origins = new Origins();
  for (const id of attendance.keys()) {
    origins.learn(before.get(id)?.arrivals, at - ORIGIN_MS);
    origins.learn(fresh.get(id), at - WINDOW_MS);
  }
  const after = new Map<ParticipantId, Assessed>();
  for (const [id, presence] of attendance) {
    const [known, news, isAway] = [before.get(id), fresh.get(id), presence === 'away'];
    const isSame = known && isAtRest(known) && !isAway && !news && at - known.judgedAt < LONGEST_REST_MS;
    after.set(id, isSame ? known : assessLine(known, { news: since(news, at - WINDOW_MS), isAway, origins, at }));
  }
  return after;
}

/** The list itself where all of it is. */
function since(samples: readonly Sample[] = NONE, from: number): readonly Sample[] {
  const isRecent = (sample: Sample) => sample.at > from;
  return samples.every(isRecent) ? samples : samples.filter(isRecent);
}

/** Without news it stays what it is. */
function isAtRest({ line, alarms }: Assessed): boolean {
  return line.level === 'good' && alarms.size === 0;
}

interface Now {
  news: readonly Sample[];
  isAway: boolean;
  origins: Origins;
  at: number;
}

function assessLine(before: Assessed | undefined, { news, isAway, origins, at }: Now): Assessed {
  const window = since(before?.window, at - WINDOW_MS).concat(news);
  const alarms = new Map<string, Alarm & { measure: Measure; direction: Direction }>();
  const halves: Pick<LineState, Direction> = { up: {}, down: {} };
  for (const direction of DIRECTIONS) {
    const own = window.filter((sample) => sample.direction === direction);
    const readings = readingsOf(own, direction, origins);
    if (direction === 'up') readings.connection = { badness: isAway ? 1 : 0, value: isAway ? 1 : 0 };
    halves[direction] = halfOf(own, readings);
    for (const { measure, key, rule } of WATCHED[direction]) {
      const [known, reading] = [before?.alarms.get(key), measured(readings[measure], isAway, measure)];
      if (!known && !reading) continue;
      const alarm = step(known, reading, rule, at);
      if (alarm) alarms.set(key, { ...alarm, measure, direction });
    }
  }
  const reasons = reasonsOf(alarms.values());
  const level = reasons[0]?.level ?? 'good';
  const began = before?.line.level === level ? before.line.since : at;
  return {
    line: { level, since: began, reasons, ...halves },
    alarms,
    window,
    arrivals: since(before?.arrivals, at - ORIGIN_MS).concat(news.filter(isArrival)),
    judgedAt: at,
  };
}

function watchedOf(direction: Direction) {
  return MEASURES.map((measure) => ({ measure, key: `${direction} ${measure}`, rule: RULES[measure] }));
}

function halfOf(own: readonly Sample[], { loss, jitter, roundTrip }: Readings): LineState['up'] {
  const half = qualityOf(own);
  if (loss) half.loss = Math.round(loss.value * 10_000) / 10_000;
  if (jitter) half.jitterMs = Math.round(jitter.value);
  if (roundTrip) half.roundTripMs = Math.round(roundTrip.value);
  return half;
}

/** Of who has lost its connection nothing else is judged: that it is silent follows from it. */
function measured(reading: Reading | undefined, isAway: boolean, measure: Measure): Reading | undefined {
  return isAway && measure !== 'connection' ? undefined : reading;
}

/** The worst first, and of those the one that began first. */
function reasonsOf(alarms: Iterable<Alarm & { measure: Measure; direction: Direction }>): Reason[] {
  return [...alarms]
    .flatMap(({ level, measure, direction, value, since }) =>
      level === 'good' ? [] : [{ level, measure, direction, value, since }],
    )
    .sort((a, b) => rankOf(b.level) - rankOf(a.level) || a.since - b.since);
}
