import type { Sample } from '../protocol/monitor.ts';

/** Each step but the last lasts so long: the receiver tells once a second how much has come. */
const STEP_MS = 1_300;
const LAST_MS = 3_000;
const RATES = [600, 1_200, 2_400, 4_000];
/** As much more than this is never tried: what a site receives at most, a large picture and what is presented. */
export const MOST_DOWN_KBPS = 4_000;
export const RAMP_MS = STEP_MS * (RATES.length - 1) + LAST_MS;
/** Less than this share of what was sent has come: the line is full. */
const FULL = 0.8;
/** So often in a row: a sender or a receiver that was busy for a moment is no full line. */
const SHORT_REPORTS = 2;
const LEAST_KBPS = 50;

/** How fast packets are sent down a line that is tried: faster in steps, until it is full. */
export interface Ramp {
  /** What is sent now, kbit/s. */
  kbps: number;
  /** The most that was sent. */
  triedKbps: number;
  isFull: boolean;
  /** Reports in a row of which less came than was sent. */
  shortReports: number;
  /** What was sent when, for what came of it. */
  sent: readonly { at: number; kbps: number }[];
}

export function beginRamp(mostKbps: number, at: number): Ramp {
  const kbps = Math.min(mostKbps, RATES[0] ?? mostKbps);
  return { kbps, triedKbps: kbps, isFull: false, shortReports: 0, sent: [{ at, kbps }] };
}

/** Some time later; `reports` came meanwhile from the receiver. Pure, times in ms on one clock. */
export function followRamp(
  before: Ramp,
  { mostKbps, startedAt, at, reports }: { mostKbps: number; startedAt: number; at: number; reports: readonly Sample[] },
): Ramp {
  const short = reports.find((report) => (report.kbps ?? 0) < FULL * sentIn(before, report));
  const shortReports = reports.length === 0 ? before.shortReports : short ? before.shortReports + 1 : 0;
  const after = { ...before, shortReports };
  if (before.isFull) return after;
  if (short && shortReports >= SHORT_REPORTS) {
    const held = Math.min(before.kbps, Math.max(LEAST_KBPS, (short.kbps ?? 0) * 0.9));
    return changed({ ...after, isFull: true }, held, at);
  }
  const step = Math.min(RATES.length - 1, Math.floor((at - startedAt) / STEP_MS));
  return changed(after, Math.min(mostKbps, RATES[step] ?? mostKbps), at);
}

function changed(ramp: Ramp, kbps: number, at: number): Ramp {
  if (kbps === ramp.kbps) return ramp;
  return { ...ramp, kbps, triedKbps: Math.max(ramp.triedKbps, kbps), sent: [...ramp.sent, { at, kbps }] };
}

/** On average over the interval of a report; before the ramp began nothing is known, and nothing follows. */
function sentIn({ sent }: Ramp, { at, spanMs }: Sample): number {
  const from = at - spanMs;
  if (from < (sent[0]?.at ?? Number.POSITIVE_INFINITY)) return 0;
  const bits = sent.reduce((sum, { at: since, kbps }, index) => {
    const until = sent[index + 1]?.at ?? at;
    return sum + kbps * Math.max(0, Math.min(until, at) - Math.max(since, from));
  }, 0);
  return bits / spanMs;
}
