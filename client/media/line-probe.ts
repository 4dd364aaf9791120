/** What a browser says of a sender. */
export interface Sent {
  /** What it takes the line to bear, kbit/s. */
  availableKbps: number;
  /** It would send more if the line did. */
  isLimited: boolean;
}

/** A growth of so much from one time to the next is one; what a probe finds is far more. */
const RISING = 1.02;
const FOUND = 1.25;
/** So long it takes until what a probe found is known, ms. */
const PROBE_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
/** From one probe to the next while the estimate grows. */
const RISING_WAIT_MS = 250;

/**
 * When to have the browser probe a line that holds a picture back; asked some times a second. At once when its estimate
 * begins to grow, and again as long as that goes on; otherwise less and less often, for on a line that really is so weak every
 * probe delays the sound for a moment.
 */
export class LineProbe {
  #before: number | undefined;
  #waitMs = PROBE_MS;
  #probed: { at: number; kbps: number; isJudged: boolean } | undefined;

  /** @param at ms, of any clock */
  isDue({ availableKbps, isLimited }: Sent, at: number): boolean {
    const isRising = availableKbps > (this.#before ?? availableKbps) * RISING;
    this.#before = availableKbps;
    if (!isLimited) {
      this.#waitMs = PROBE_MS;
      return false;
    }
    this.#judge(availableKbps, at);
    const waitMs = isRising ? Math.min(RISING_WAIT_MS, this.#waitMs) : this.#waitMs;
    if (this.#probed && at - this.#probed.at < waitMs) return false;
    this.#probed = { at, kbps: availableKbps, isJudged: false };
    return true;
  }

  /** Whether the last probe found anything. */
  #judge(availableKbps: number, at: number): void {
    const probed = this.#probed;
    if (!probed || probed.isJudged || at - probed.at < PROBE_MS) return;
    probed.isJudged = true;
    const hasFound = availableKbps > probed.kbps * FOUND;
    this.#waitMs = hasFound ? PROBE_MS : Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
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
