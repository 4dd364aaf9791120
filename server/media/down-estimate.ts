/** What is known of a line down, kbit/s. */
interface Measured {
  /** What mediasoup takes it to bear. */
  availableKbps: number;
  /** All pictures that are wanted on it, as they come to the centre now. */
  wantedKbps: number;
}

/** More is not kept: mediasoup itself begins with half as much again, see `INITIAL_BITRATE`. */
const KEPT_KBPS = 1_000;

/**
 * Keeps mediasoup's estimate of one line down from being wrong when it is needed; pure. Only pictures are measured by it, and
 * its own probes: while none come, because their senders' lines are weak, a probe that is late on a busy machine makes 80 kbit/s
 * of a good line, and what comes then is held back, or the line called short. So what it bore with pictures on it
 * holds until they come again, and what they find from then on.
 */
export class DownEstimate {
  #borneKbps = 0;
  #floorKbps = 0;

  /** About once a second. @returns what the estimate is to be at least from now on, kbit/s; undefined: what it was to be before */
  review({ availableKbps, wantedKbps }: Measured): number | undefined {
    if (wantedKbps > 0) this.#borneKbps = availableKbps;
    const floorKbps = wantedKbps > 0 ? 0 : Math.min(KEPT_KBPS, this.#borneKbps);
    if (floorKbps === this.#floorKbps) return undefined;
    this.#floorKbps = floorKbps;
    return floorKbps;
  }
}
