import type { Direction, Measure } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { Rule } from './hysteresis.ts';

/** A line is judged by its last seconds: single packets lost say little. */
export const WINDOW_MS = 5_000;
/** Fewer packets than this do not make a percentage: 1 of 10 is no loss of 10 %. */
const ENOUGH_PACKETS = 80;
/** Of sound; where packets are not counted, bytes say how many there were at most. */
const SMALL_PACKET_BYTES = 150;
/** A receiver's buffer makes up for less by itself. */
const LATE_MS = 30;

/** When what was measured makes a line worse. Loss, concealed and frozen are shares; times are milliseconds. */
export const RULES: Record<Measure, Rule> = {
  loss: { strained: 0.02, poor: 0.08, riseMs: 2_000, fallMs: 10_000 },
  jitter: { strained: 40, poor: 120, riseMs: 3_000, fallMs: 10_000 },
  // ITU-T G.114: up to 150 ms one way is fine for most, above 400 ms is not acceptable.
  roundTrip: { strained: 300, poor: 800, riseMs: 3_000, fallMs: 10_000 },
  // The duration is in the value itself.
  silence: { poor: 4_000, down: 8_000, riseMs: 0, fallMs: 2_000 },
  // What it is not given of what it wants.
  bandwidth: { strained: 0.1, poor: 0.7, riseMs: 3_000, fallMs: 10_000 },
  frozen: { strained: 0.05, poor: 0.25, riseMs: 2_000, fallMs: 10_000 },
  concealed: { strained: 0.03, poor: 0.12, riseMs: 2_000, fallMs: 10_000 },
  processor: { strained: 1, riseMs: 3_000, fallMs: 10_000 },
  connection: { down: 1, riseMs: 0, fallMs: 2_000 },
};
export const MEASURES = Object.keys(RULES) as Measure[];

export interface Reading {
  badness: number;
  value: number;
}
export type Readings = Partial<Record<Measure, Reading>>;

/**
 * What the others know of the streams that come down this line: what was lost or stood still before it came to the
 * centre is not this line's.
 */
export interface Origins {
  /** Share of the stream's packets that never came to the centre. */
  unrepaired(stream: NonNullable<Sample['stream']>): number;
  /** It came to the centre whole, in time and without a pause. */
  isClean(stream: NonNullable<Sample['stream']>): boolean;
}

/** Whether what a producer measured of itself at the centre leaves nothing for which its receivers' lines could be blamed. */
export function isCleanOrigin({ unrepaired = 0, jitterMs = 0, packets }: Sample): boolean {
  return unrepaired < 0.01 && jitterMs < LATE_MS && packets !== 0;
}

/** What the last seconds' samples of one direction of one line say of it. */
export function readingsOf(own: readonly Sample[], direction: Direction, origins: Origins): Readings {
  const readings: Readings = {};
  const note = (measure: Measure, value: number | undefined, badness = value) => {
    if (value !== undefined && badness !== undefined) readings[measure] = { badness, value };
  };
  note('loss', lossOf(own, origins));
  const clean = own.filter((s) => direction === 'up' || !s.stream || origins.isClean(s.stream));
  note('jitter', median(clean, jitterOf));
  note('roundTrip', median(own, roundTripOf));
  note('silence', latest(own, 'silentMs'));
  const given = latest(own, 'given');
  if (given !== undefined && !losesWithoutQueue(readings))
    note('bandwidth', latest(own, 'availableKbps') ?? 0, 1 - given);
  note('frozen', median(clean, frozenOf));
  note('concealed', median(clean, concealedOf));
  const limits = own.filter((s) => s.by === 'client' && s.stream);
  if (limits.length > 0) note('processor', limits.some((s) => s.limited === 'processor') ? 1 : 0);
  return readings;
}

/**
 * Loss lowers what congestion control takes a line to bear: nobody is to buy more of a line that loses. One that is full
 * keeps packets waiting, or loses none any more once less is sent.
 */
function losesWithoutQueue({ loss, roundTrip }: Readings): boolean {
  const reaches = (reading: Reading | undefined, threshold = Infinity) => (reading?.badness ?? 0) >= threshold;
  return reaches(loss, RULES.loss.strained) && !reaches(roundTrip, RULES.roundTrip.strained);
}

/** Of the whole line where that is measured, else weighted by packets over its streams. */
function lossOf(samples: readonly Sample[], origins: Origins): number | undefined {
  const measured = samples.filter((sample) => sample.loss !== undefined);
  const whole = measured.filter((sample) => sample.stream === undefined);
  let expected = 0;
  let lost = 0;
  for (const { loss = 0, packets, kbps = 0, spanMs, stream, direction } of whole.length > 0 ? whole : measured) {
    const before = stream && direction === 'down' ? origins.unrepaired(stream) : 0;
    const passed = packets ?? (kbps * spanMs) / 8 / SMALL_PACKET_BYTES;
    // Received ones are those that are left of the expected ones; sent ones are the expected ones.
    const all = direction === 'up' && loss < 1 ? passed / (1 - loss) : passed;
    expected += all;
    lost += all * Math.max(0, loss - before);
  }
  return measured.length > 0 ? lost / Math.max(expected, ENOUGH_PACKETS) : undefined;
}

const jitterOf = (sample: Sample) => sample.jitterMs;
const roundTripOf = (sample: Sample) => sample.roundTripMs;
const concealedOf = (sample: Sample) => sample.concealed;
const frozenOf = ({ frozenMs, spanMs }: Sample) =>
  frozenMs === undefined ? undefined : Math.min(1, frozenMs / spanMs);

/** The lower one of two in the middle: one bad stream among others is not the line's. */
function median(samples: readonly Sample[], of: (sample: Sample) => number | undefined): number | undefined {
  const known: number[] = [];
  for (const sample of samples) {
    const value = of(sample);
    if (value !== undefined) known.push(value);
  }
  // Of most there is nothing, every second of every line.
  if (known.length === 0) return undefined;
  known.sort((a, b) => a - b);
  return known[Math.floor((known.length - 1) / 2)];
}

export function latest<K extends 'silentMs' | 'given' | 'availableKbps'>(
  samples: readonly Sample[],
  figure: K,
): Sample[K] | undefined {
  return samples.findLast((sample) => sample[figure] !== undefined)?.[figure];
}
