import { SvelteMap } from 'svelte/reactivity';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Notice } from '../../server/protocol/media.ts';

/** Many cards come into sight together: one message for all of them. */
const GATHER_MS = 40;

interface Viewer {
  readonly participantId: ParticipantId;
  visible: boolean;
}

/**
 * The stills of codecs' cameras that elements in sight show, and the last of each. Its owner calls `close`.
 */
export class Stills {
  /** The last still of each, as an address that an image takes. */
  readonly pictures: SvelteMap<ParticipantId, string> = new SvelteMap();
  readonly #viewers = new Map<Element, Viewer>();
  readonly #changed: () => void;
  readonly #intersections: IntersectionObserver;
  #told = '[]';
  #gathering: ReturnType<typeof setTimeout> | undefined;

  /** @param changed when others are wanted than before */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#intersections = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const viewer = this.#viewers.get(target);
        if (viewer) viewer.visible = isIntersecting;
      }
      this.#gather();
    });
    document.addEventListener('visibilitychange', this.#gather);
  }

  /** The element shows this participant until the returned function is called. */
  add(element: Element, participantId: ParticipantId): () => void {
    this.#viewers.set(element, { participantId, visible: true });
    this.#intersections.observe(element);
    this.#gather();
    return () => {
      this.#viewers.delete(element);
      this.#intersections.unobserve(element);
      this.#gather();
    };
  }

  /** Whose stills are wanted now: the whole set. */
  wanted(): ParticipantId[] {
    if (document.visibilityState === 'hidden') return [];
    const visible = [...this.#viewers.values()].filter((viewer) => viewer.visible);
    return [...new Set(visible.map(({ participantId }) => participantId))].sort();
  }

  received({ participantId, jpeg }: Extract<Notice, { notice: 'still' }>): void {
    this.pictures.set(participantId, `data:image/jpeg;base64,${jpeg}`);
  }

  close(): void {
    clearTimeout(this.#gathering);
    this.#intersections.disconnect();
    this.#viewers.clear();
    document.removeEventListener('visibilitychange', this.#gather);
  }

  readonly #gather = (): void => {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => {
      const wanted = JSON.stringify(this.wanted());
      if (wanted === this.#told) return;
      this.#told = wanted;
      this.#changed();
    }, GATHER_MS);
  };
}
