import type { LegStats, StreamStats } from '../engine/leg-protocol.ts';

/** What an endpoint's reports say of some seconds of what it was sent. */
export interface Delivery {
  /** With all headers. */
  sentKbps: number;
  packets: number;
  lost: number;
}

/** What the way to an endpoint is taken to bear. */
export interface LineEstimate {
  /** Of everything; infinite where nothing says that it is too little. */
  kbps: number;
  at: number;
  loweredAt?: number;
  /** The share that was lost when it was lowered last. */
  lossThen: number;
  /** Lowered again soon after it had been raised, in a row. */
  failures: number;
}

export const NOTHING_KNOWN: LineEstimate = { kbps: Infinity, at: 0, lossThen: 0, failures: 0 };

/** So much lost is a line that is full; less than the other, one that is not. */
const FULL = 0.1;
const CLEAN = 0.02;
/** Full lines lose more than this, or less as soon as less is sent; a line that does neither just loses. */
const CERTAINLY_FULL = 0.3;
const LESSENED = 0.7;
/** Reports say what was before the last change, for so long. */
const STALE_MS = 3_000;
/** Then it is raised bit by bit, per second; later after each time that this was too much. */
const CALM_MS = 5_000;
const RISE = 1.08;
const MOST_FAILURES = 3;
const PROVEN_MS = 30_000;
/** Sound, and the smallest picture. */
const LEAST_KBPS = 160;
/** More than anything that is sent: it bears all. */
const MOST_KBPS = 8_000;
const ENOUGH_PACKETS = 20;
/** IP, UDP and RTP. */
const HEADER_BYTES = 40;

/**
 * How much an endpoint's line takes, by what its receiver reports say is lost (RFC 3550 6.4): the sender's side of a
 * congestion control for endpoints that have none. Down at once to what comes through, up slowly and, after it was too
 * much, later. Pure; `at` in ms, on any clock that only goes forward.
 */
export function estimateLine(before: LineEstimate, { sentKbps, packets, lost }: Delivery, at: number): LineEstimate {
  if (packets < ENOUGH_PACKETS) return before;
  const sinceLowered = at - (before.loweredAt ?? Number.NEGATIVE_INFINITY);
  if (sinceLowered < STALE_MS) return { ...before, at };
  const calm = CALM_MS * 2 ** before.failures;
  const loss = lost / packets;
  const isFull =
    loss >= CERTAINLY_FULL || (loss >= FULL && (before.lossThen === 0 || loss < before.lossThen * LESSENED));
  if (isFull) {
    const kbps = Math.max(LEAST_KBPS, Math.min(before.kbps, sentKbps * (1 - loss)));
    const failures = sinceLowered < calm + PROVEN_MS ? Math.min(MOST_FAILURES, before.failures + 1) : 0;
    return { kbps, at, loweredAt: at, lossThen: loss, failures };
  }
  if (loss >= CLEAN || sinceLowered < calm) return { ...before, at };
  const kbps = before.kbps * RISE ** (Math.min(10_000, at - before.at) / 1000);
  return kbps > MOST_KBPS ? { ...NOTHING_KNOWN, at } : { ...before, kbps, at };
}

/** What reports that came between two readings say; nothing where none did. */
export function deliveryOf(before: LegStats, after: LegStats, spanMs: number): Delivery | undefined {
  const delivery: Delivery = { sentKbps: 0, packets: 0, lost: 0 };
  for (const medium of ['audio', 'video', 'content'] as const) {
    const [earlier, now] = [before[medium]?.sent, after[medium]?.sent];
    if (!earlier || !now) continue;
    delivery.sentKbps += kbpsBetween(earlier, now, spanMs);
    const packets = now.reportedHighest - earlier.reportedHighest;
    if (earlier.reportedHighest === 0 || packets <= 0) continue;
    delivery.packets += packets;
    delivery.lost += Math.min(packets, Math.max(0, now.reportedLost - earlier.reportedLost));
  }
  return delivery.packets > 0 ? delivery : undefined;
}

function kbpsBetween(before: StreamStats['sent'], after: StreamStats['sent'], spanMs: number): number {
  const bytes = after.bytes - before.bytes + (after.packets - before.packets) * HEADER_BYTES;
  return (Math.max(0, bytes) * 8) / spanMs;
}
