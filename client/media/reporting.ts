import { MAX_REPORTED_SAMPLES, type ReportedSample } from '../../server/protocol/monitor.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import type { MediaPort } from './port.ts';

/** Often enough for the line's state, seldom enough to cost nothing. */
const REPORT_MS = 5_000;

/** One stream's statistics now: received (`down`) with what the browser counts of it, or sent (`up`). */
export interface StreamStats {
  direction: 'up' | 'down';
  stream: SourceRef;
  kind: 'audio' | 'video';
  /** W3C webrtc-stats: `inbound-rtp`, or every `outbound-rtp` of a sender. */
  entries: readonly Entry[];
}
type Entry = Readonly<Record<string, unknown>>;

/** Tells the server every few seconds what this browser alone can know. Whoever makes it closes it. */
export class Reporter {
  readonly #session: MediaPort;
  readonly #read: () => Promise<StreamStats[]>;
  readonly #timer: ReturnType<typeof setInterval>;
  #before = new Map<string, { at: number; stats: StreamStats }>();
  #isReporting = false;

  constructor(session: MediaPort, read: () => Promise<StreamStats[]>) {
    this.#session = session;
    this.#read = read;
    this.#timer = setInterval(() => void this.#reportUnlessWaiting(), REPORT_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** On a line that is full the last one may still be on its way: more of them would keep it so. */
  async #reportUnlessWaiting(): Promise<void> {
    if (this.#isReporting) return;
    this.#isReporting = true;
    await this.#report();
    this.#isReporting = false;
  }

  async #report(): Promise<void> {
    try {
      const all = await this.#read();
      const at = performance.now();
      const before = this.#before;
      this.#before = new Map(all.map((stats) => [nameOf(stats), { at, stats }]));
      const samples = all.flatMap((stats) => {
        const earlier = before.get(nameOf(stats));
        return (earlier && sampleOf(earlier.stats, stats, Math.round(at - earlier.at))) ?? [];
      });
      // Sounds first: where there are more pictures than fit, some of them say enough.
      samples.sort((a, b) => Number(b.codec === 'opus') - Number(a.codec === 'opus'));
      if (samples.length === 0) return;
      await this.#session.request({ request: 'reportSamples', samples: samples.slice(0, MAX_REPORTED_SAMPLES) });
    } catch {
      // Offline, or the transport has just been closed: the next report says it.
    }
  }
}

/** What happened between two readings of one stream; nothing where the span is out of bounds. */
export function sampleOf(before: StreamStats, after: StreamStats, spanMs: number): ReportedSample | undefined {
  if (spanMs < 500 || spanMs > 60_000) return undefined;
  const { direction, stream } = after;
  const common = { agoMs: 0, spanMs, direction, stream };
  if (direction === 'up') return { ...common, ...limitOf(after.entries) };
  const [earlier, now] = [before.entries[0], after.entries[0]];
  if (!earlier || !now || earlier.id !== now.id) return undefined;
  const grown = (name: string): number => Math.max(0, numberOf(now, name) - numberOf(earlier, name));
  const [packets, lost] = [grown('packetsReceived'), grown('packetsLost')];
  return {
    ...common,
    packets,
    kbps: (grown('bytesReceived') * 8) / spanMs,
    ...(packets + lost > 0 ? { loss: lost / (packets + lost) } : {}),
    jitterMs: numberOf(now, 'jitter') * 1000,
    nacks: grown('nackCount'),
    ...(after.kind === 'audio' ? soundOf(grown) : pictureOf(now, grown)),
  };
}

/** Samples that were made up; those in a silence nobody hears. */
function soundOf(grown: (name: string) => number): Partial<ReportedSample> {
  const played = grown('totalSamplesReceived');
  const madeUp = Math.max(0, grown('concealedSamples') - grown('silentConcealedSamples'));
  return { codec: 'opus', ...(played > 0 ? { concealed: Math.min(1, madeUp / played) } : {}) };
}

function pictureOf(now: Entry, grown: (name: string) => number): Partial<ReportedSample> {
  const height = numberOf(now, 'frameHeight');
  return {
    frames: grown('framesDecoded'),
    ...(height > 0 ? { height } : {}),
    frozenMs: grown('totalFreezesDuration') * 1000,
    plis: grown('pliCount'),
    firs: grown('firCount'),
  };
}

function limitOf(entries: readonly Entry[]): Partial<ReportedSample> {
  const reasons = entries.map((entry) => entry.qualityLimitationReason);
  if (reasons.includes('cpu')) return { limited: 'processor' };
  return reasons.includes('bandwidth') ? { limited: 'bandwidth' } : {};
}

function numberOf(entry: Entry, name: string): number {
  const value = entry[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function nameOf({ direction, stream }: StreamStats): string {
  return `${direction} ${JSON.stringify(stream)}`;
}
