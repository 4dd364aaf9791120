import type { RoomId } from '../../server/protocol/ids.ts';
import type { LineTree } from '../../server/protocol/quality.ts';
import type { Refusal } from '../../server/protocol/refusals.ts';
import { refusalOf } from '../session/refused.ts';
import { readTree } from './api.ts';
import { LastAsked } from './last-asked.ts';

/** Of two moments within so long the same is known. */
const STEP_MS = 1_000;
/** What has just been is still being written. */
const WRITTEN_MS = 20_000;
const MOST_KEPT = 200;

/** Everyone's line at the moment that was wanted last. */
export class MomentTree {
  tree = $state.raw<LineTree | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  readonly #roomId: RoomId;
  readonly #kept = new Map<number, LineTree>();
  readonly #asked = new LastAsked<number | null>((at) => this.#read(at));
  #at: number | null = null;

  constructor(roomId: RoomId) {
    this.#roomId = roomId;
  }

  /** @param at null: as it is now, read anew each time */
  want(at: number | null): void {
    this.#at = at;
    const kept = this.#keptAt(at);
    if (!kept) {
      this.#asked.want(at);
      return;
    }
    this.#asked.drop();
    this.tree = kept;
  }

  async #read(at: number | null): Promise<void> {
    try {
      const tree = await (at === null ? readTree(this.#roomId) : readTree(this.#roomId, at));
      if (at !== null) this.#keep(at, tree);
      // On the way to another moment it is better than nothing; once that is known it is too late.
      this.tree = this.#keptAt(this.#at) ?? tree;
      this.refusal = null;
    } catch (thrown) {
      this.refusal = refusalOf(thrown);
    }
  }

  #keptAt(at: number | null): LineTree | undefined {
    return at === null ? undefined : this.#kept.get(Math.floor(at / STEP_MS));
  }

  #keep(at: number, tree: LineTree): void {
    if (Date.now() - at < WRITTEN_MS) return;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(Math.floor(at / STEP_MS), tree);
  }
}
