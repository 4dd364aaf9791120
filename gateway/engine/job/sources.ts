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
  return Array.from({ length: list.n_values }, (_, index) => readSource(list.get_nth(index) as Gst.Structure));
}

/** The sources that a bin with an input or output of `rtp-description.ts` hears of. */
export function readInputSources(bin: Gst.Bin): Source[] {
  const session = elementOf(bin, 'rtp').emit('get-internal-session', 0) as Gst.Object;
  return readSources(session);
}

function readSource(stats: Gst.Structure): Source {
  const number = (name: string) => Number(stats.get_value(name) ?? 0);
  const text = (name: string) => String((stats.has_field(name) ? stats.get_value(name) : '') ?? '');
  return {
    ssrc: number('ssrc'),
    internal: stats.get_value('internal') === true,
    rtpFrom: text('rtp-from'),
    rtcpFrom: text('rtcp-from'),
    packetsReceived: number('packets-received'),
    octetsReceived: number('octets-received'),
    packetsSent: number('packets-sent'),
    octetsSent: number('octets-sent'),
    packetsLost: Math.max(0, number('packets-lost')),
    jitter: number('jitter'),
    fractionLost: number('rb-fractionlost'),
    roundTrip: number('rb-round-trip'),
    hasReport: stats.get_value('have-sr') === true,
    reportNtp: number('sr-ntptime'),
    reportRtp: number('sr-rtptime'),
    keyFrameRequests: number('recv-pli-count') + number('recv-fir-count'),
  };
}
