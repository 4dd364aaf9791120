import type { RoomId } from '../../server/protocol/ids.ts';
import type { LineTree } from '../../server/protocol/quality.ts';
import type { Refusal } from '../../server/protocol/refusals.ts';
import { refusalOf } from '../session/refused.ts';

/** Figures of a moment are those of so long. */
const STEP_MS = 10_000;
const MOST_KEPT = 200;

/** Everyone's line at the moment that was asked for last, however fast a hand drags: one question at a time. */
export class MomentTree {
  tree = $state.raw<LineTree | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  readonly #read: (roomId: RoomId, at?: number) => Promise<LineTree>;
  readonly #roomId: RoomId;
  readonly #kept = new Map<number, LineTree>();
  #wanted: number | null | undefined;
  #busy = false;

  constructor(roomId: RoomId, read: (roomId: RoomId, at?: number) => Promise<LineTree>) {
    this.#roomId = roomId;
    this.#read = read;
  }

  /** @param at null: as it is now, read anew each time */
  want(at: number | null): void {
    const kept = at === null ? undefined : this.#kept.get(Math.floor(at / STEP_MS));
    if (kept) {
      this.tree = kept;
      this.#wanted = undefined;
      return;
    }
    this.#wanted = at;
    if (!this.#busy) void this.#follow();
  }

  async #follow(): Promise<void> {
    this.#busy = true;
    while (this.#wanted !== undefined) {
      const at = this.#wanted;
      this.#wanted = undefined;
      try {
        const tree = await (at === null ? this.#read(this.#roomId) : this.#read(this.#roomId, at));
        this.tree = tree;
        this.refusal = null;
        if (at !== null) this.#keep(at, tree);
      } catch (thrown) {
        this.refusal = refusalOf(thrown);
      }
    }
    this.#busy = false;
  }

  /** What has just been is still being written. */
  #keep(at: number, tree: LineTree): void {
    if (Date.now() - at < 2 * STEP_MS) return;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(Math.floor(at / STEP_MS), tree);
  }
}
