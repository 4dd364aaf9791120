/** What it needs of an `RTCRtpSender`. */
export type LayerSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/**
 * Whether the largest simulcast layer of one picture is encoded: only while somebody receives it, for it costs three
 * quarters of the machine's work and of the line. The smaller ones always are: a layer that begins takes about three
 * seconds to be let through (the SFU waits for its first sender report, RFC 3550 6.4.1), and what is taken to program
 * must be seen at once. The sender is its producer's.
 */
export class Layers {
  readonly #sender: LayerSender;
  #wanted: ReadonlySet<number> | 'all' = 'all';
  #working = false;
  #again = false;

  constructor(sender: LayerSender) {
    this.#sender = sender;
  }

  /** @param wanted by anyone, 0 the smallest; `all` where that is not known */
  set(wanted: readonly number[] | 'all'): void {
    this.#wanted = wanted === 'all' ? 'all' : new Set(wanted);
    void this.#settle();
  }

  /** One after the other: parameters from before another change are refused (W3C WebRTC 5.2, setParameters). */
  async #settle(): Promise<void> {
    this.#again = true;
    if (this.#working) return;
    this.#working = true;
    while (this.#again) {
      this.#again = false;
      const parameters = this.#sender.getParameters();
      const { encodings } = parameters;
      const isChanged = encodings.some(
        (encoding, layer) => (encoding.active ?? true) !== this.#isOn(layer, encodings.length),
      );
      if (!isChanged) continue;
      encodings.forEach((encoding, layer) => {
        encoding.active = this.#isOn(layer, encodings.length);
      });
      // Refused where the sender is gone; then nothing is encoded anyway.
      await this.#sender.setParameters(parameters).catch(() => undefined);
    }
    this.#working = false;
  }

  #isOn(layer: number, layers: number): boolean {
    return layer < layers - 1 || this.#wanted === 'all' || this.#wanted.has(layer);
  }
}
