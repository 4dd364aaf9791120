import type Gst from 'gi://Gst?version=1.0';
import { packetSink, packetSource, pullPackets, pushPacket } from '../packet-sink.ts';
import { type BitrateLimit, isRtcp, readBitrateLimits, writeBitrateNotice } from '../rtcp.ts';
import { elementOf } from '../rtp.ts';

/** A copy of the endpoint's RTCP, and a way in for RTCP of ours that the session does not make. */
export const rtcpTap = packetSink('packets', 100);
export const rtcpExtra = packetSource('extra', 'application/x-rtcp');

/** What of the endpoint's RTCP the session does not tell: that it comes, and bit rates that it asks for (RFC 5104). */
export class RtcpWatch {
  readonly #sink: Gst.Element;
  readonly #source: Gst.Element;
  readonly #cname: string;
  #lastAt: number | undefined;

  /** `bin` has `packets` and `extra`. */
  constructor(bin: Gst.Bin, cname: string) {
    this.#sink = elementOf(bin, 'packets');
    this.#source = elementOf(bin, 'extra');
    this.#cname = cname;
  }

  /** When the last packet came, in the time that `poll` was given. */
  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  /** Answers with the limits for our stream `own` that came since the last time; each has been acknowledged. */
  poll(now: number, own: number): BitrateLimit[] {
    const packets = pullPackets(this.#sink).filter(isRtcp);
    if (packets.length > 0) this.#lastAt = now;
    const limits = packets.flatMap(readBitrateLimits).filter(({ target }) => target === own);
    for (const limit of limits) pushPacket(this.#source, writeBitrateNotice(own, this.#cname, limit));
    return limits;
  }
}
