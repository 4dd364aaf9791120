import type GObject from 'gi://GObject?version=2.0';
import type Gst from 'gi://Gst?version=1.0';
import { elementOf, readProperty } from './rtp.ts';

/**
 * One SSRC of an RTP session, as GStreamer's session counts it (RFC 3550 6.4). `jitter` is in clock units,
 * `roundTrip` in 1/65536 s, `fractionLost` in 1/256; `reportNtp` (32.32 s) and `reportRtp` are its last sender report.
 */
export interface Source {
  readonly ssrc: number;
  readonly internal: boolean;
  /** Where its packets come from, as `ip:port`; empty before the first one. */
  readonly rtpFrom: string;
  /** The same for its RTCP. */
  readonly rtcpFrom: string;
  readonly packetsReceived: number;
  readonly octetsReceived: number;
  readonly packetsSent: number;
  readonly octetsSent: number;
  readonly packetsLost: number;
  readonly jitter: number;
  readonly fractionLost: number;
  readonly roundTrip: number;
  /** What its reports say of what it receives (RFC 3550 6.4.1). */
  readonly reportedHighest: number;
  readonly reportedLost: number;
  readonly hasReport: boolean;
  readonly reportNtp: number;
  readonly reportRtp: number;
  /** PLI and FIR that arrived from it. */
  readonly keyFrameRequests: number;
}

/** All sources of an `rtpsession` element, or of the session object of an `rtpbin`. */
export function readSources(session: Gst.Object): Source[] {
  const stats = readProperty(session, 'stats') as Gst.Structure;
  const list = stats.get_value('source-stats') as GObject.ValueArray;
  return Array.from({ length: list.n_values }, (_, index) => new StatsOfSource(list.get_nth(index) as Gst.Structure));
}

/** The sources that a bin with an input or output of `rtp-description.ts` hears of. */
export function readInputSources(bin: Gst.Bin): Source[] {
  const session = elementOf(bin, 'rtp').emit('get-internal-session', 0) as Gst.Object;
  return readSources(session);
}

/** Reads of a source what is asked for, and only then: most of it hardly ever is, and each field is a call into C. */
class StatsOfSource implements Source {
  readonly #stats: Gst.Structure;
  readonly ssrc: number;
  readonly internal: boolean;

  constructor(stats: Gst.Structure) {
    this.#stats = stats;
    this.ssrc = this.#number('ssrc');
    this.internal = stats.get_value('internal') === true;
  }

  get rtpFrom(): string {
    return this.#text('rtp-from');
  }

  get rtcpFrom(): string {
    return this.#text('rtcp-from');
  }

  get packetsReceived(): number {
    return this.#number('packets-received');
  }

  get octetsReceived(): number {
    return this.#number('octets-received');
  }

  get packetsSent(): number {
    return this.#number('packets-sent');
  }

  get octetsSent(): number {
    return this.#number('octets-sent');
  }

  get packetsLost(): number {
    return Math.max(0, this.#number('packets-lost'));
  }

  get jitter(): number {
    return this.#number('jitter');
  }

  get fractionLost(): number {
    return this.#number('rb-fractionlost');
  }

  get roundTrip(): number {
    return this.#number('rb-round-trip');
  }

  get reportedHighest(): number {
    return this.#number('rb-exthighestseq');
  }

  get reportedLost(): number {
    return this.#number('rb-packetslost');
  }

  get hasReport(): boolean {
    return this.#stats.get_value('have-sr') === true;
  }

  get reportNtp(): number {
    return this.#number('sr-ntptime');
  }

  get reportRtp(): number {
    return this.#number('sr-rtptime');
  }

  get keyFrameRequests(): number {
    return this.#number('recv-pli-count') + this.#number('recv-fir-count');
  }

  #number(name: string): number {
    return Number(this.#stats.get_value(name) ?? 0);
  }

  #text(name: string): string {
    return String((this.#stats.has_field(name) ? this.#stats.get_value(name) : '') ?? '');
  }
}
