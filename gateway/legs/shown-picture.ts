import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import { inputOf } from '../session/streams.ts';

export interface ShownPictureOptions {
  /** Milliseconds for which nothing may come of a picture that is to be shown. */
  patienceMs: number;
  /** The former picture is not needed any more. */
  onLeft(): void;
  /** Nothing has come of the one that is to be shown. */
  onNothing(): void;
}

/**
 * Which picture a codec is shown, and which it was shown before: that one goes on until the engine has the first key
 * frame of the other.
 */
export class ShownPicture {
  readonly #options: ShownPictureOptions;
  #offer: ConsumerOffer | undefined;
  #before: ConsumerOffer[] = [];
  #patience: NodeJS.Timeout | undefined;

  constructor(options: ShownPictureOptions) {
    this.#options = options;
  }

  /** What is shown, or is to be as soon as it has begun. */
  get offer(): ConsumerOffer | undefined {
    return this.#offer;
  }

  /** What is still on the endpoint's screen meanwhile. */
  get before(): SourceRef[] {
    return this.#before.map(({ from }) => from);
  }

  show(offer: ConsumerOffer): void {
    const shown = this.#offer;
    this.#before = [...this.#before, ...(shown ? [shown] : [])].filter((one) => one !== offer);
    this.#offer = offer;
    clearTimeout(this.#patience);
    if (this.#before.length > 0) this.#patience = setTimeout(() => this.#nothingCame(), this.#options.patienceMs);
  }

  /** The engine shows the program of this SSRC now. */
  begun(ssrc: number): void {
    if (this.#offer && inputOf(this.#offer).ssrc === ssrc) this.#leave();
  }

  closed(consumerId: string): void {
    this.#before = this.#before.filter((offer) => offer.consumerId !== consumerId);
    if (this.#offer?.consumerId === consumerId) this.#offer = undefined;
  }

  /** Nothing is shown any more. */
  clear(): void {
    clearTimeout(this.#patience);
    this.#offer = undefined;
    this.#before = [];
  }

  #nothingCame(): void {
    if (this.#before.length === 0) return;
    this.#options.onNothing();
    this.#leave();
  }

  #leave(): void {
    clearTimeout(this.#patience);
    if (this.#before.length === 0) return;
    this.#before = [];
    this.#options.onLeft();
  }
}
