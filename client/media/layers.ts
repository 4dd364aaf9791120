/** What it needs of an `RTCRtpSender`. */
export type LayerSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

type Encoding = RTCRtpEncodingParameters;

/** Too little to make a difference, bit/s. */
const ANOTHER = 1_000;

/**
 * Whether the largest simulcast layer of one picture is encoded: only while somebody receives it, for it costs three
 * quarters of the machine's work and of the line. The smaller ones always are: a layer that begins takes about three
 * seconds to be let through (the SFU waits for its first sender report, RFC 3550 6.4.1), and what is taken to program
 * must be seen at once. The sender is its producer's.
 */
export class Layers {
  readonly #sender: LayerSender;
  /** As they were to begin with. */
  readonly #first: readonly Encoding[];
  #isAsking = false;
  #mustRest = false;
  #wanted: ReadonlySet<number> | 'all' = 'all';
  #working = false;
  #again = false;

  constructor(sender: LayerSender) {
    this.#sender = sender;
    this.#first = sender.getParameters().encodings.map((encoding) => ({ ...encoding }));
  }

  /**
   * Has the browser find out at once what the line bears: it tries so when it may send another bit rate than before, and
   * otherwise feels its way up by a few per cent a second, for half a minute after a line was very weak.
   */
  askForMore(): void {
    this.#isAsking = !this.#isAsking;
    void this.#settle();
  }

  /**
   * A new picture at once, from an encoder that owes nothing: one that has made key frames at 30 kbit/s shows nothing for a
   * second, whatever the line bears by now.
   */
  beginAnew(): void {
    this.#mustRest = true;
    void this.#settle();
  }

  /**
   * A negotiation has every layer encoded again: Chromium takes the answer's simulcast (RFC 8853) at its word. So this is to be
   * asked for now and then.
   */
  keep(): void {
    void this.#settle();
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
      const rests = this.#mustRest;
      this.#mustRest = false;
      this.#again ||= rests;
      const wanted = encodings.map((encoding, layer) => {
        const one = this.#wantedOf(this.#first[layer] ?? encoding, layer);
        return rests ? { ...one, active: false } : one;
      });
      if (!wanted.some((encoding, layer) => isAnother(encoding, encodings[layer]))) continue;
      parameters.encodings = wanted;
      // Refused where the sender is gone; then nothing is encoded anyway.
      await this.#sender.setParameters(parameters).catch(() => undefined);
    }
    this.#working = false;
  }

  #wantedOf(first: Encoding, layer: number): Encoding {
    const rate = layer === 0 && this.#isAsking && first.maxBitrate;
    return { ...first, active: this.#isOn(layer), ...(rate ? { maxBitrate: rate + ANOTHER } : {}) };
  }

  #isOn(layer: number): boolean {
    return layer < this.#first.length - 1 || this.#wanted === 'all' || this.#wanted.has(layer);
  }
}

function isAnother(wanted: Encoding, now: Encoding | undefined): boolean {
  return wanted.active !== (now?.active ?? true) || wanted.maxBitrate !== now?.maxBitrate;
}
