import type { PictureInput } from './picture-input.ts';

/** What `observe` has found: whose tiles look different now, and what is of no more use. */
export interface InputsChanged {
  readonly changed: ReadonlyMap<string, PictureInput>;
  readonly left: readonly PictureInput[];
}

/**
 * All inputs of a picture by name. One under a name that is taken comes out of sight, and takes the other's place when it
 * has a picture to show, or when that one has none any more: no tile is empty in between. What is answered as left is
 * the caller's to close.
 */
export class PictureInputs {
  readonly #shown = new Map<string, PictureInput>();
  readonly #coming = new Map<string, PictureInput>();

  /** What can be drawn. */
  get shown(): ReadonlyMap<string, PictureInput> {
    return this.#shown;
  }

  all(): [inputId: string, input: PictureInput][] {
    return [...this.#shown, ...this.#coming];
  }

  add(inputId: string, input: PictureInput): PictureInput[] {
    const shown = this.#shown.get(inputId);
    const coming = this.#coming.get(inputId);
    if (shown?.live) this.#coming.set(inputId, input);
    else this.#shown.set(inputId, input);
    return [coming, shown?.live ? undefined : shown].filter((one) => one !== undefined);
  }

  remove(inputId: string): PictureInput[] {
    const left = [this.#shown.get(inputId), this.#coming.get(inputId)].filter((one) => one !== undefined);
    this.#shown.delete(inputId);
    this.#coming.delete(inputId);
    return left;
  }

  /** `nowMs` is the monotonic clock; after `stallMs` without a picture an input is no longer live. */
  observe(nowMs: number, stallMs: number): InputsChanged {
    const changed = new Map<string, PictureInput>();
    const left: PictureInput[] = [];
    for (const [inputId, input] of this.#shown) {
      const wasLive = input.live;
      if (input.observe(nowMs, stallMs) !== wasLive) changed.set(inputId, input);
    }
    for (const [inputId, input] of this.#coming) {
      const shown = this.#shown.get(inputId);
      if (!input.observe(nowMs, stallMs) && shown?.live) continue;
      this.#coming.delete(inputId);
      this.#shown.set(inputId, input);
      changed.set(inputId, input);
      if (shown !== undefined) left.push(shown);
    }
    return { changed, left };
  }
}
