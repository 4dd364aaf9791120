import type { Notice } from '../protocol/media.ts';
import { Refused } from '../protocol/refusals.ts';

/**
 * Stills of codecs' pictures for the operators' walls: a codec sends one large picture, and a smaller one for each of a
 * hundred tiles would cost an encoder each. A leg makes stills, from the key frames that come anyway, while somebody
 * wants them. The last one is kept for whoever begins to look.
 */
export class Stills {
  readonly #notify: (participantId: string, notice: Notice) => void;
  readonly #watching = new Map<string, ReadonlySet<string>>();
  readonly #last = new Map<string, string>();

  constructor(notify: (participantId: string, notice: Notice) => void) {
    this.#notify = notify;
  }

  /** The whole set that this operator wants. */
  watch(viewerId: string, participantIds: readonly string[]): void {
    const before = this.#watching.get(viewerId) ?? new Set();
    const wanted = new Set(participantIds);
    const wasWanted = new Set([...before, ...wanted].filter((id) => this.#isWanted(id)));
    if (wanted.size > 0) this.#watching.set(viewerId, wanted);
    else this.#watching.delete(viewerId);
    for (const id of new Set([...before, ...wanted])) {
      if (this.#isWanted(id) !== wasWanted.has(id)) this.tell(id);
      const last = this.#last.get(id);
      if (last !== undefined && wanted.has(id) && !before.has(id)) this.#show(viewerId, id, last);
    }
  }

  /** A leg that begins, perhaps anew, learns whether stills are wanted of it. */
  tell(participantId: string): void {
    const wanted = this.#isWanted(participantId);
    if (!wanted) this.#last.delete(participantId);
    this.#notify(participantId, { notice: 'stillsWanted', wanted });
  }

  /** One that nobody asked for is refused. */
  take(participantId: string, jpeg: string): void {
    if (!this.#isWanted(participantId)) throw new Refused('notPermitted', 'sendStill');
    this.#last.set(participantId, jpeg);
    for (const [viewerId, wanted] of this.#watching) {
      if (wanted.has(participantId)) this.#show(viewerId, participantId, jpeg);
    }
  }

  /** Who is gone wants nothing and shows nothing. */
  forget(participantId: string): void {
    this.#last.delete(participantId);
    this.watch(participantId, []);
  }

  #isWanted(participantId: string): boolean {
    return this.#watching.values().some((wanted) => wanted.has(participantId));
  }

  #show(viewerId: string, participantId: string, jpeg: string): void {
    this.#notify(viewerId, { notice: 'still', participantId, jpeg });
  }
}
