import type { Direction, Measure } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { Rule } from './hysteresis.ts';
import type { Origins } from './origins.ts';

/** A line is judged by its last seconds: single packets lost say little. */
export const WINDOW_MS = 5_000;
/** Fewer packets than this do not make a percentage: 1 of 10 is no loss of 10 %. */
const ENOUGH_PACKETS = 80;
/** Of sound; where packets are not counted, bytes say how many there were at most. */
const SMALL_PACKET_BYTES = 150;

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
export type Readings = Record<Measure, Reading | undefined>;

/** What the last seconds' samples of one direction of one line say of it. */
export function readingsOf(own: readonly Sample[], direction: Direction, origins: Origins): Readings {
  const [jitters, roundTrips, frozen, concealed]: [number[], number[], number[], number[]] = [[], [], [], []];
  let [silentMs, given, processor]: (number | undefined)[] = [];
  let availableKbps = 0;
  for (const sample of own) {
    const { stream, jitterMs, roundTripMs, frozenMs } = sample;
    silentMs = sample.silentMs ?? silentMs;
    given = sample.given ?? given;
    availableKbps = sample.availableKbps ?? availableKbps;
    if (roundTripMs !== undefined) roundTrips.push(roundTripMs);
    if (stream && sample.by === 'client') processor = sample.limited === 'processor' ? 1 : (processor ?? 0);
    if (stream && direction === 'down' && !origins.isClean(stream)) continue;
    if (jitterMs !== undefined) jitters.push(jitterMs);
    if (frozenMs !== undefined) frozen.push(Math.min(1, frozenMs / sample.spanMs));
    if (sample.concealed !== undefined) concealed.push(sample.concealed);
  }
  const [loss, roundTrip] = [plain(lossOf(own, origins)), plain(median(roundTrips))];
  return {
    loss,
    jitter: plain(median(jitters)),
    roundTrip,
    silence: plain(silentMs),
    bandwidth:
      given === undefined || losesWithoutQueue(loss, roundTrip)
        ? undefined
        : { badness: 1 - given, value: availableKbps },
    frozen: plain(median(frozen)),
    concealed: plain(median(concealed)),
    processor: plain(processor),
    connection: undefined,
  };
}

/** As bad as it is shown to people. */
function plain(value: number | undefined): Reading | undefined {
  return value === undefined ? undefined : { badness: value, value };
}

/**
 * Loss lowers what congestion control takes a line to bear: nobody is to buy more of a line that loses. One that is full
 * keeps packets waiting, or loses none any more once less is sent.
 */
function losesWithoutQueue(loss: Reading | undefined, roundTrip: Reading | undefined): boolean {
  const reaches = (reading: Reading | undefined, threshold = Infinity) => (reading?.badness ?? 0) >= threshold;
  return reaches(loss, RULES.loss.strained) && !reaches(roundTrip, RULES.roundTrip.strained);
}

/** Of the whole line where that is measured, else weighted by packets over its streams. */
function lossOf(samples: readonly Sample[], origins: Origins): number | undefined {
  const isWhole = samples.some(({ stream, loss }) => !stream && loss !== undefined);
  let expected = 0;
  let lost: number | undefined;
  for (const { loss, packets, kbps = 0, spanMs, stream, direction } of samples) {
    if (loss === undefined || (stream && isWhole)) continue;
    const before = stream && direction === 'down' ? origins.unrepaired(stream) : 0;
    const passed = packets ?? (kbps * spanMs) / 8 / SMALL_PACKET_BYTES;
    // Received ones are those that are left of the expected ones; sent ones are the expected ones.
    const all = direction === 'up' && loss < 1 ? passed / (1 - loss) : passed;
    expected += all;
    lost = (lost ?? 0) + all * Math.max(0, loss - before);
  }
  return lost === undefined ? undefined : lost / Math.max(expected, ENOUGH_PACKETS);
}

/** The lower one of two in the middle: one bad stream among others is not the line's. Sorts them. */
function median(values: number[]): number | undefined {
  if (values.length < 2) return values[0];
  return values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
