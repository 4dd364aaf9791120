import type { RtpPacket } from '../rtp-packet.ts';

/** RFC 4733 3.2, events 0 to 15. */
const digits = '0123456789*#ABCD';
/** The longest duration that one segment can tell (RFC 4733 2.5.1.3). */
const longest = 0xffff;
/** So many presses are remembered, for packets that come late. */
const remembered = 16;

interface Press {
  readonly event: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** In clock units; the largest seen. */
  readonly duration: number;
}

/**
 * Turns telephone events (RFC 4733) into presses of keys. All packets of one event carry the timestamp of its beginning
 * (2.3.1), which so identifies the press: however often its packets come, whichever of them get lost, it counts once.
 * An event longer than a segment goes on under a new timestamp without the marker (2.5.1.3). Pure.
 */
export class TelephoneEvents {
  #presses: Press[] = [];

  /** The key of a press that begins with this packet. */
  read({ payload, marker, timestamp, ssrc }: RtpPacket): string | undefined {
    if (payload.length < 4) return undefined;
    const [event = 0, , high = 0, low = 0] = payload;
    const digit = digits[event];
    if (digit === undefined) return undefined;
    const press = { event, timestamp, ssrc, duration: high * 256 + low };
    const known = this.#presses.find((one) => one.timestamp === timestamp && one.ssrc === ssrc);
    const continued = !marker && this.#presses.some((one) => continues(one, press));
    this.#presses = [
      { ...press, duration: Math.max(press.duration, known?.duration ?? 0) },
      ...this.#presses.filter((one) => one !== known),
    ].slice(0, remembered);
    return known !== undefined || continued ? undefined : digit;
  }
}

/** The last report of a segment may have come early or got lost: what is close to its full length counts. */
function continues(before: Press, now: Press): boolean {
  const apart = (now.timestamp - before.timestamp) >>> 0;
  return (
    before.event === now.event && before.ssrc === now.ssrc && Math.abs(apart - longest) <= 1 && before.duration > 0
  );
}
