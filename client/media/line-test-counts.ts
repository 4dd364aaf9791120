import type { ReportedSample } from '../../server/protocol/monitor.ts';

export type Entry = Readonly<Record<string, unknown>>;

/** What a browser counts of what comes to it since its beginning (W3C webrtc-stats `inbound-rtp`), and how it is now. */
export interface Counted {
  packets: number;
  lost: number;
  bytes: number;
  jitterMs: number;
  roundTripMs?: number;
  /** What the congestion control takes the way up to bear. */
  availableKbps?: number;
  /** The encoder cannot keep up. */
  isSlow: boolean;
}

/** Of IP, UDP and SRTP, for each packet: they count on a line. */
const OVERHEAD_BYTES = 38;

export function countedOf(down: readonly Entry[], up: readonly Entry[]): Counted {
  const stream = down.find(({ type }) => type === 'inbound-rtp') ?? {};
  const pairs = [...up, ...down].filter(({ type, state }) => type === 'candidate-pair' && state === 'succeeded');
  const available = Math.max(0, ...up.map((entry) => numberOf(entry, 'availableOutgoingBitrate') / 1000));
  const roundTrips = pairs.map((pair) => numberOf(pair, 'currentRoundTripTime')).filter((seconds) => seconds > 0);
  return {
    packets: numberOf(stream, 'packetsReceived'),
    lost: numberOf(stream, 'packetsLost'),
    bytes: numberOf(stream, 'bytesReceived') + numberOf(stream, 'headerBytesReceived'),
    jitterMs: numberOf(stream, 'jitter') * 1000,
    ...(roundTrips.length > 0 ? { roundTripMs: Math.min(...roundTrips) * 1000 } : {}),
    ...(available > 0 ? { availableKbps: available } : {}),
    isSlow: up.some(({ qualityLimitationReason: reason }) => reason === 'cpu'),
  };
}

/** What came in between. */
export function sampleOfDown(before: Counted, after: Counted, spanMs: number): Partial<ReportedSample> {
  const packets = Math.max(0, after.packets - before.packets);
  const lost = Math.max(0, after.lost - before.lost);
  const bytes = Math.max(0, after.bytes - before.bytes) + packets * OVERHEAD_BYTES;
  return {
    packets,
    kbps: (bytes * 8) / spanMs,
    jitterMs: after.jitterMs,
    ...(packets + lost > 0 ? { loss: lost / (packets + lost) } : {}),
  };
}

function numberOf(entry: Entry, name: string): number {
  const value = entry[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
