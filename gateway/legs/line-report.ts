import type { MediaCodec, ReportedSample } from '../../server/protocol/monitor.ts';
import type { Source, SourceRef } from '../../server/protocol/records.ts';
import type { LegContract, LegStats, StreamStats } from '../engine/leg-protocol.ts';
import type { EngineProcess } from '../engine/process.ts';
import type { Seat } from '../session/seat.ts';
import { nothingSchema } from '../session/wire.ts';
import type { Negotiated } from '../sip/index.ts';

const REPORT_MS = 2_000;

/** What is measured of a call, by the medium that it is. */
const MEDIA = [
  ['audio', 'microphone'],
  ['video', 'camera'],
  ['content', 'screen'],
] as const satisfies readonly (readonly [keyof LegStats, Source])[];

interface Options {
  seat: Seat;
  engine: EngineProcess<LegContract>;
  agreed: () => Negotiated;
  /** Decides by what was measured. */
  learn: (before: LegStats, after: LegStats, spanMs: number) => void;
}

/** Tells the room every two seconds how a codec's line does, as the engine and RTCP say it. Whoever makes it closes it. */
export class LineReport {
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  #before: { at: number; stats: LegStats } | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#report(), REPORT_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #report(): Promise<void> {
    const { seat, engine, agreed, learn } = this.#options;
    try {
      const stats = await engine.request('stats', {});
      const at = performance.now();
      const before = this.#before;
      this.#before = { at, stats };
      if (!before) return;
      const spanMs = Math.round(at - before.at);
      learn(before.stats, stats, spanMs);
      const codec = CODECS[agreed().audio?.codec ?? ''];
      const samples = samplesOf(before.stats, stats, spanMs, { id: seat.participantId, codec });
      if (samples.length > 0) await seat.request({ request: 'reportSamples', samples }, nothingSchema);
    } catch {
      // The engine or the connection is away; both are noticed elsewhere, and the next report says how it is.
    }
  }
}

const CODECS: Partial<Record<string, MediaCodec>> = { opus: 'opus', G722: 'g722', PCMA: 'g711', PCMU: 'g711' };

/**
 * What happened on the line between two readings: each stream that comes from the codec, that the line is alive, and
 * what goes to the codec, of which its RTCP tells.
 */
export function samplesOf(
  before: LegStats,
  after: LegStats,
  spanMs: number,
  whose: { id: string; codec: MediaCodec | undefined },
): ReportedSample[] {
  if (spanMs < 500 || spanMs > 60_000) return [];
  const samples: ReportedSample[] = [];
  const heard: number[] = [];
  for (const [medium, source] of MEDIA) {
    const [earlier, now] = [before[medium], after[medium]];
    if (!earlier || !now) continue;
    const stream: SourceRef = { participantId: whose.id, source };
    const codec = medium === 'audio' && whose.codec ? { codec: whose.codec } : {};
    const common = { agoMs: 0, spanMs, ...codec };
    const loopMs = medium === 'audio' ? after.audio?.loopMs : undefined;
    const loop = loopMs === undefined ? {} : { loopMs };
    samples.push({ ...common, direction: 'up', stream, ...receivedOf(earlier, now, spanMs), ...loop });
    const sent = sentOf(earlier, now, spanMs);
    if (sent) samples.push({ ...common, direction: 'down', stream: { ...stream, source: SENT[source] }, ...sent });
    heard.push(...[now.received.lastPacketMs, now.received.lastRtcpMs].filter((ms) => ms !== null));
  }
  if (heard.length > 0) samples.push({ agoMs: 0, spanMs, direction: 'up', silentMs: Math.min(...heard) });
  return samples;
}

/** What a codec is sent in each medium. */
const SENT = { microphone: 'mix', camera: 'program', screen: 'content' } as const;

function receivedOf({ received: before }: StreamStats, { received: after }: StreamStats, spanMs: number) {
  const packets = Math.max(0, after.packets - before.packets);
  const lost = Math.max(0, after.lost - before.lost);
  const loss = packets + lost > 0 ? lost / (packets + lost) : undefined;
  return {
    packets,
    kbps: (Math.max(0, after.bytes - before.bytes) * 8) / spanMs,
    jitterMs: Math.max(0, after.jitterMs),
    // Hardware codecs send nothing again.
    ...(loss === undefined ? {} : { loss, unrepaired: loss }),
  };
}

/** Nothing where nothing was sent: what RTCP said last is old then. */
function sentOf({ sent: before }: StreamStats, { sent: after }: StreamStats, spanMs: number) {
  const packets = after.packets - before.packets;
  if (packets <= 0) return undefined;
  return {
    packets,
    kbps: (Math.max(0, after.bytes - before.bytes) * 8) / spanMs,
    loss: Math.min(1, Math.max(0, after.fractionLost)),
    ...(after.roundTripMs > 0 ? { roundTripMs: after.roundTripMs } : {}),
  };
}
