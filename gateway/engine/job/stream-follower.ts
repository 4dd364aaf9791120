import type { Source } from './sources.ts';

/** Milliseconds: a stream of the same device may follow sooner, as it stops one when it begins another. */
const sameDeviceMs = 200;

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
    if (current !== undefined && age(current) < this.#patienceMs) {
      const next = remote.find((source) => source.rtpFrom === current.rtpFrom && age(source) < age(current));
      if (next === undefined || age(current) < sameDeviceMs) return current;
      this.#current = next.ssrc;
      return next;
    }
    const freshest = remote.reduce<Source | undefined>(
      (best, source) => (best === undefined || age(source) < age(best) ? source : best),
      undefined,
    );
    this.#current = freshest?.ssrc;
    return freshest;
  }

  /** Whether nothing has come from the followed source for so long that another may take its place. */
  isQuiet(now: number): boolean {
    const at = this.#current === undefined ? undefined : this.#seen.get(this.#current)?.at;
    return at === undefined || now - at >= this.#patienceMs;
  }

  /** From now on whichever source sends is followed. */
  restart(): void {
    this.#current = undefined;
  }

  #note(source: Source, now: number): void {
    const before = this.#seen.get(source.ssrc);
    if (before !== undefined && before.packets === source.packetsReceived) return;
    this.#seen.set(source.ssrc, { packets: source.packetsReceived, at: now });
    this.lastPacketAt = now;
  }
}
