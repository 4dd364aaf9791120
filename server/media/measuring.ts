import type { types } from 'mediasoup';
import type { Direction } from '../protocol/lines.ts';
import type { MediaCodec, Sample } from '../protocol/monitor.ts';

type Figures = Omit<Sample, 'at' | 'participantId' | 'direction' | 'by' | 'stream'>;

/** What mediasoup counts of something since its beginning, in one common form; by SSRC, or of the whole. */
export interface Counters {
  /** The worker's clock, ms. */
  timestamp: number;
  /** What passed in either direction, RTCP and STUN with it: a sign of life. */
  heardBytes?: number;
  streams: readonly StreamCounters[];
  /** As they are now; no counters. */
  now: Pick<Figures, 'availableKbps' | 'loss' | 'jitterMs' | 'roundTripMs' | 'codec' | 'layersKbps' | 'layer'>;
}

interface StreamCounters {
  ssrc: number;
  bytes: number;
  packets?: number;
  /** Only of what is received: a receiver's report says its share itself. */
  lost?: number;
  repaired?: number;
  nacks?: number;
  plis?: number;
  firs?: number;
  resent?: number;
}

/** A wrap or a jump of sequence numbers is no loss: one from 0 counts 65,536 packets. */
const MOST_LOST_PER_PACKET = 20;
const COUNTS = ['bytes', 'packets', 'lost', 'repaired', 'nacks', 'plis', 'firs', 'resent'] as const;
const RTCP_FRACTION = 256;
const CLOCK_RATES = { audio: 48_000, video: 90_000 };

export function ofTransport(stat: types.WebRtcTransportStat, direction: Direction): Counters {
  const isUp = direction === 'up';
  const loss = isUp ? stat.rtpPacketLossReceived : stat.rtpPacketLossSent;
  // 0 while the line is not connected: nothing is estimated then.
  const available = isUp ? undefined : stat.availableOutgoingBitrate || undefined;
  return {
    timestamp: stat.timestamp,
    ...(isUp ? { heardBytes: stat.bytesReceived } : {}),
    streams: [{ ssrc: 0, bytes: isUp ? stat.rtpBytesReceived : stat.rtpBytesSent }],
    now: {
      loss: loss === undefined ? undefined : Math.min(1, Math.max(0, loss)),
      availableKbps: available && available / 1000,
    },
  };
}

export function ofProducer(stats: readonly types.ProducerStat[]): Counters | undefined {
  const [first] = stats;
  if (!first) return undefined;
  const jitters = stats.filter(({ packetCount }) => packetCount > 0).map(jitterOf);
  return {
    timestamp: first.timestamp,
    streams: stats.map((s) => ({
      ssrc: s.ssrc,
      bytes: s.byteCount,
      packets: s.packetCount,
      lost: s.packetsLost,
      repaired: s.packetsRepaired,
      nacks: s.nackPacketCount,
      plis: s.pliCount,
      firs: s.firCount,
    })),
    now: {
      codec: codecOf(first.mimeType),
      ...(jitters.length > 0 ? { jitterMs: Math.max(...jitters) } : {}),
      ...(first.roundTripTime ? { roundTripMs: first.roundTripTime } : {}),
      ...(first.rid === undefined ? {} : { layersKbps: layersOf(stats) }),
    },
  };
}

/** By their rid, which mediasoup-client counts up from r0; of a layer that was never sent there is none. */
function layersOf(stats: readonly types.ProducerStat[]): number[] {
  const layers: number[] = [];
  for (const { rid, bitrate } of stats) {
    const layer = Number(/\d$/.exec(rid ?? '')?.[0] ?? Number.NaN);
    if (layer >= 0 && layer <= 2) layers[layer] = bitrate / 1000;
  }
  return Array.from(layers, (kbps = 0) => kbps);
}

/**
 * Undefined before the receiver has reported, and while nothing is sent.
 * @param layer of a simulcast, the one that is sent now
 */
export function ofConsumer(
  stats: readonly (types.ConsumerStat | types.ProducerStat)[],
  layer?: number,
): Counters | undefined {
  const sent = stats.find(({ type }) => type === 'outbound-rtp');
  if (!sent) return undefined;
  return {
    timestamp: sent.timestamp,
    streams: [
      {
        ssrc: sent.ssrc,
        bytes: sent.byteCount,
        packets: sent.packetCount,
        nacks: sent.nackPacketCount,
        plis: sent.pliCount,
        firs: sent.firCount,
        resent: sent.packetsRetransmitted,
      },
    ],
    now: {
      codec: codecOf(sent.mimeType),
      ...(layer === undefined ? {} : { layer }),
      loss: sent.fractionLost / RTCP_FRACTION,
      jitterMs: jitterOf(sent),
      ...(sent.roundTripTime ? { roundTripMs: sent.roundTripTime } : {}),
    },
  };
}

/**
 * What happened between two readings; nothing where no time has passed. Streams that are new begin with the later one. All
 * have one form, with nothing in what was not measured: they are read again and again for as long as lines are judged by them.
 */
export function difference(before: Counters, after: Counters): Figures | undefined {
  const spanMs = Math.round(after.timestamp - before.timestamp);
  if (spanMs < 50 || spanMs > 60_000) return undefined;
  const { now } = after;
  const grown: Partial<StreamCounters> = {};
  for (const stream of after.streams) {
    const known = before.streams.find(({ ssrc }) => ssrc === stream.ssrc);
    for (const count of COUNTS) {
      const counted = stream[count];
      if (counted === undefined) continue;
      grown[count] = (grown[count] ?? 0) + (known ? Math.max(0, counted - (known[count] ?? 0)) : 0);
    }
  }
  const { bytes = 0, packets, lost, repaired = 0, nacks, plis, firs, resent } = grown;
  const missing = lossOf(packets ?? 0, lost, repaired);
  return {
    spanMs,
    kbps: (bytes * 8) / spanMs,
    layersKbps: now.layersKbps,
    layer: now.layer,
    packets,
    loss: missing?.loss ?? now.loss,
    unrepaired: missing?.unrepaired,
    jitterMs: now.jitterMs,
    roundTripMs: now.roundTripMs,
    nacks,
    plis,
    firs,
    resent,
    availableKbps: now.availableKbps,
    codec: now.codec,
  };
}

function lossOf(packets: number, lost: number | undefined, repaired: number) {
  if (lost === undefined || lost > MOST_LOST_PER_PACKET * (packets + 10)) return undefined;
  const expected = packets + lost;
  return expected === 0 ? undefined : { loss: lost / expected, unrepaired: Math.max(0, lost - repaired) / expected };
}

/** mediasoup gives it in units of the clock (RFC 3550 6.4.1). */
function jitterOf({ jitter, kind }: { jitter: number; kind: string }): number {
  return (jitter * 1000) / CLOCK_RATES[kind === 'audio' ? 'audio' : 'video'];
}

function codecOf(mimeType: string): MediaCodec {
  switch (mimeType.toLowerCase()) {
    case 'audio/opus':
      return 'opus';
    case 'video/vp8':
      return 'vp8';
    case 'video/h264':
      return 'h264';
    default:
      return 'other';
  }
}
