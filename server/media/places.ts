import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { Refused } from '../protocol/refusals.ts';
import type { Home, Workers } from './workers.ts';

interface Place {
  readonly home: Home;
  readonly participants: Set<string>;
}

interface Options {
  workers: Workers;
  logger: Logger;
  /** Of a new router, before anybody is placed there. Rejects where the router is gone. */
  prepare(router: types.Router): Promise<void>;
  /** A worker died, and with it the media of these. */
  lost(participantIds: string[]): void;
}

/**
 * A room's routers, one on each worker that it needs: participants are put on the first until it has `spread` of
 * them, then the next is opened, until there are no more workers. Owns the routers.
 */
export class Places {
  readonly #options: Options;
  readonly #places = new Set<Place>();
  readonly #placed = new Map<string, Place>();
  #growing: Promise<boolean> | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get routers(): types.Router[] {
    return [...this.#places].map(({ home }) => home.router);
  }

  /** Where this participant's transports are; stays until it leaves or the worker dies. Throws `mediaUnavailable`. */
  of(participantId: string): Home {
    const known = this.#placed.get(participantId);
    if (known && !known.home.router.closed) return known.home;
    const place = this.#emptiest();
    if (!place) throw new Refused('mediaUnavailable');
    place.participants.add(participantId);
    this.#placed.set(participantId, place);
    if (place.participants.size >= this.#options.workers.spread) void this.grow();
    return place.home;
  }

  leave(participantId: string): void {
    this.#placed.get(participantId)?.participants.delete(participantId);
    this.#placed.delete(participantId);
  }

  /** One more place where there is a worker for it; resolves with whether anybody can be placed. Never rejects. */
  grow(): Promise<boolean> {
    this.#growing ??= this.#grow().finally(() => {
      this.#growing = undefined;
    });
    return this.#growing;
  }

  close(): void {
    this.#closed = true;
    for (const { home } of this.#places) home.router.close();
    this.#places.clear();
    this.#placed.clear();
  }

  #emptiest(): Place | undefined {
    const open = [...this.#places].filter(({ home }) => !home.router.closed);
    return open.toSorted((a, b) => a.participants.size - b.participants.size)[0];
  }

  async #grow(): Promise<boolean> {
    const { workers, logger, prepare } = this.#options;
    try {
      while (!this.#closed) {
        const participants = new Set<string>();
        const home = await workers.place(() => participants.size, this.routers);
        if (!home) break;
        if (await this.#open({ home, participants }, prepare)) break;
      }
    } catch (error) {
      // The workers are closing, and this room with them.
      logger.warn({ err: error }, 'room gets no other media worker');
    }
    return this.#places.size > 0;
  }

  /** False where its worker died meanwhile. */
  async #open(place: Place, prepare: Options['prepare']): Promise<boolean> {
    const { router } = place.home;
    try {
      await prepare(router);
    } catch (error) {
      if (router.closed) return false;
      router.close();
      throw error;
    }
    if (router.closed) return false;
    if (this.#closed) router.close();
    else this.#places.add(place);
    router.once('workerclose', () => this.#lose(place));
    return true;
  }

  #lose(place: Place): void {
    this.#places.delete(place);
    for (const id of place.participants) this.#placed.delete(id);
    if (!this.#closed) this.#options.lost([...place.participants]);
  }
}
