/** What a browser says of a sender each second. */
export interface Sent {
  /** What it takes the line to bear, kbit/s. */
  availableKbps: number;
  /** It would send more if the line did. */
  isLimited: boolean;
}

/** A growth of so much in a second is one; what a probe finds is far more. */
const RISING = 1.02;
const FOUND = 1.25;
const LONGEST_WAIT = 8;

/**
 * When to have the browser probe a line that holds a picture back; asked once a second. At once while its estimate grows, and
 * again as long as that finds something; otherwise less and less often, for on a line that really is so weak every probe
 * delays the sound for a moment.
 */
export class LineProbe {
  #before: number | undefined;
  #sinceProbe = 0;
  #wait = 1;
  #probedAt: number | undefined;

  isDue({ availableKbps, isLimited }: Sent): boolean {
    const isRising = availableKbps > (this.#before ?? availableKbps) * RISING;
    this.#before = availableKbps;
    this.#sinceProbe += 1;
    if (!isLimited) {
      this.#wait = 1;
      return false;
    }
    if (this.#probedAt !== undefined && this.#sinceProbe === 1) {
      this.#wait = availableKbps > this.#probedAt * FOUND ? 1 : Math.min(LONGEST_WAIT, this.#wait * 2);
    }
    if (this.#sinceProbe < (isRising ? Math.min(2, this.#wait) : this.#wait)) return false;
    this.#sinceProbe = 0;
    this.#probedAt = availableKbps;
    return true;
  }
}

/** W3C webrtc-stats: `outbound-rtp` of every layer, and `candidate-pair`. Nothing where the browser does not say it. */
export function sentOf(report: RTCStatsReport): Sent | undefined {
  const sent: Sent = { availableKbps: 0, isLimited: false };
  report.forEach((entry: Record<string, unknown>) => {
    if (entry.type === 'candidate-pair' && typeof entry.availableOutgoingBitrate === 'number')
      sent.availableKbps = Math.max(sent.availableKbps, entry.availableOutgoingBitrate / 1000);
    if (entry.type === 'outbound-rtp' && entry.qualityLimitationReason === 'bandwidth') sent.isLimited = true;
  });
  return sent.availableKbps > 0 ? sent : undefined;
}
