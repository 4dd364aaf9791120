/** Milliseconds of packets without a picture before the first request, and between requests. */
const patienceMs = 250;
const repeatMs = 2000;

/**
 * Tells when a key frame has to be asked for because packets come but no picture does: at the beginning, and after a
 * loss, when the depayloader waits for one. Pure: it sees counts and the time in ms.
 */
export class KeyFrameWatch {
  #packets = 0;
  #frames = 0;
  #waitingSince: number | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** Counts since the stream began; a smaller one means that another stream has begun. */
  isDue(now: number, counts: { packets: number; frames: number }): boolean {
    const packetsCame = counts.packets !== this.#packets;
    const framesCame = counts.frames !== this.#frames;
    this.#packets = counts.packets;
    this.#frames = counts.frames;
    if (framesCame) this.#waitingSince = undefined;
    else if (packetsCame) this.#waitingSince ??= now;
    if (this.#waitingSince === undefined || !packetsCame) return false;
    if (now - this.#waitingSince < patienceMs || now - this.#askedAt < repeatMs) return false;
    this.#askedAt = now;
    return true;
  }
}
