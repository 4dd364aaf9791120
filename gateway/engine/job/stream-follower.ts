import type { Source } from './sources.ts';

/**
 * Which of several sources is the endpoint's stream: the one that was followed, while its packets keep coming; when
 * they have stopped for `patienceMs`, the one whose packets do come (a device may take a new SSRC after a re-INVITE).
 */
export class StreamFollower {
  readonly #patienceMs: number;
  readonly #seen = new Map<number, { packets: number; at: number }>();
  #current: number | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** When the last packet of any source came, in the time that `follow` was given. */
  lastPacketAt: number | undefined;

  /** `now` in ms. Answers with the source to follow, undefined before the first packet. */
  follow(sources: readonly Source[], now: number): Source | undefined {
    const remote = sources.filter((source) => !source.internal && source.rtpFrom !== '');
    for (const source of remote) this.#note(source, now);
    const age = (source: Source) => now - (this.#seen.get(source.ssrc)?.at ?? Number.NEGATIVE_INFINITY);
    const current = remote.find((source) => source.ssrc === this.#current);
    if (current !== undefined && age(current) < this.#patienceMs) return current;
    const freshest = remote.reduce<Source | undefined>(
      (best, source) => (best === undefined || age(source) < age(best) ? source : best),
      undefined,
    );
    this.#current = freshest?.ssrc;
    return freshest;
  }

  #note(source: Source, now: number): void {
    const before = this.#seen.get(source.ssrc);
    if (before !== undefined && before.packets === source.packetsReceived) return;
    this.#seen.set(source.ssrc, { packets: source.packetsReceived, at: now });
    this.lastPacketAt = now;
  }
}
