import type { Watched } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import { type Viewer, watchedBy } from './watching.ts';

/** Several tiles change together when a layout is taken: one message for all of them. */
const GATHER_MS = 40;
/** Looking into another tab for a moment is no reason to fetch every picture anew. */
const HIDDEN_AFTER_MS = 2000;

/**
 * Knows which elements on the page show which source, whether they can be seen, and how tall they are; tells `changed`
 * the set to watch whenever that set becomes another one. Its owner calls `close`.
 */
export class Viewing {
  readonly #viewers = new Map<Element, Viewer>();
  readonly #changed: (pictures: Watched[]) => void;
  readonly #intersections: IntersectionObserver;
  readonly #sizes: ResizeObserver;
  #told = '[]';
  #hidden = document.visibilityState === 'hidden';
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: (pictures: Watched[]) => void) {
    this.#changed = changed;
    this.#intersections = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#note(target, { visible: isIntersecting });
    });
    this.#sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) this.#note(target, { height: deviceHeight(target) });
    });
    document.addEventListener('visibilitychange', this.#visibilityChanged);
  }

  /** The element shows this source until the returned function is called. */
  add(element: HTMLElement, source: SourceRef): () => void {
    const viewer = { source, visible: true, height: deviceHeight(element) };
    this.#viewers.set(element, viewer);
    this.#intersections.observe(element);
    this.#sizes.observe(element);
    this.#gather();
    return () => {
      // The element may show another source by now.
      if (this.#viewers.get(element) !== viewer) return;
      this.#viewers.delete(element);
      this.#intersections.unobserve(element);
      this.#sizes.unobserve(element);
      this.#gather();
    };
  }

  /** What is to be watched now. */
  pictures(): Watched[] {
    return this.#hidden ? [] : watchedBy(this.#viewers.values());
  }

  close(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#hiding);
    this.#intersections.disconnect();
    this.#sizes.disconnect();
    this.#viewers.clear();
    document.removeEventListener('visibilitychange', this.#visibilityChanged);
  }

  #note(element: Element, seen: Partial<Pick<Viewer, 'visible' | 'height'>>): void {
    const viewer = this.#viewers.get(element);
    if (!viewer) return;
    Object.assign(viewer, seen);
    this.#gather();
  }

  #gather(): void {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.#tell(), GATHER_MS);
  }

  #tell(): void {
    const pictures = this.pictures();
    const text = JSON.stringify(pictures);
    if (text === this.#told) return;
    this.#told = text;
    this.#changed(pictures);
  }

  readonly #visibilityChanged = (): void => {
    clearTimeout(this.#hiding);
    if (document.visibilityState === 'visible') this.#setHidden(false);
    else this.#hiding = setTimeout(() => this.#setHidden(true), HIDDEN_AFTER_MS);
  };

  #setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#tell();
  }
}

function deviceHeight(element: Element): number {
  return Math.round(element.clientHeight * window.devicePixelRatio);
}
