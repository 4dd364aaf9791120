import type Gst from 'gi://Gst?version=1.0';
import { branchFromTee, padOf, requestPad } from '../branch.ts';
import { sleep } from '../sleep.ts';
import type { LegMedium } from './leg-medium.ts';
import { ageTap, soundAge } from './sound-age.ts';

/** Half as loud: what an open microphone there lets through dies away, and does not howl. */
const volume = 0.5;

/**
 * Plays the endpoint's own sound back to it, so late that no echo canceller takes it for an echo. It comes out of the tee behind the
 * endpoint's mixer and goes into the mixer of what the endpoint hears, beside all else. Over when its time is, or by `stop`.
 */
export class LegLoop {
  readonly #medium: LegMedium;
  #remove: (() => void) | undefined;
  #turn = 0;
  #centreMs: number | undefined;

  constructor(medium: LegMedium) {
    this.#medium = medium;
  }

  /**
   * Of the last loop that came to its end: from a sound's coming until it left again, less the delay that was wanted; ms.
   * Jitter buffer, lip sync, decoder, two mixers, encoder.
   */
  get centreMs(): number | undefined {
    return this.#centreMs;
  }

  start(delayMs: number, forMs: number): void {
    this.stop();
    this.#centreMs = undefined;
    // What cannot be played back is not measured, and that is all that follows from it.
    this.#run(delayMs, forMs, this.#turn).catch(() => this.stop());
  }

  stop(): void {
    this.#turn += 1;
    this.#remove?.();
    this.#remove = undefined;
  }

  async #run(delayMs: number, forMs: number, turn: number): Promise<void> {
    const { pipeline, from, endpoint, heldNs } = this.#medium;
    const inMs = await soundAge(pipeline, branchFromTee(pipeline, from, ageTap));
    if (turn !== this.#turn || inMs === undefined) return;
    this.#remove = this.#connect(delayMs, inMs);
    await sleep(forMs / 2);
    if (turn !== this.#turn) return;
    const outMs = await soundAge(pipeline, endpoint.sentBranch(ageTap));
    if (turn !== this.#turn) return;
    await sleep(forMs / 2);
    if (turn !== this.#turn) return;
    this.stop();
    if (outMs !== undefined) this.#centreMs = Math.max(0, inMs + heldNs / 1e6 + outMs);
  }

  #connect(delayMs: number, inMs: number): () => void {
    const { pipeline, from, out } = this.#medium;
    const mixed = requestPad(out, 'sink_%u');
    // What has waited in the queue is dated when it leaves it: neither late for the mixer nor ahead of it.
    const prepare = (bin: Gst.Bin) => padOf(bin, 'src').set_offset((delayMs + inMs) * 1_000_000);
    const branch = branchFromTee(pipeline, from, description(delayMs), { onward: mixed, prepare });
    return () => {
      branch.remove();
      out.release_request_pad(mixed);
    };
  }
}

function description(delayMs: number): string {
  const [waits, most] = [delayMs * 1_000_000, (delayMs + 1_000) * 1_000_000];
  const queue = `queue name=in min-threshold-time=${waits} max-size-time=${most} max-size-buffers=0 max-size-bytes=0`;
  return `${queue} ! volume volume=${volume} ! identity name=out silent=true`;
}
