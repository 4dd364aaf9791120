import type { ParticipantId } from './protocol/ids.ts';
import type { RoomState } from './protocol/records.ts';

/** Whoever is away and does not return in time has left. One timer for each participant that is away. */
export class Graces {
  readonly #graceMs: number;
  readonly #expire: (participantId: ParticipantId) => void;
  readonly #timers = new Map<ParticipantId, NodeJS.Timeout>();

  constructor(graceMs: number, expire: (participantId: ParticipantId) => void) {
    this.#graceMs = graceMs;
    this.#expire = expire;
  }

  follow(before: RoomState, after: RoomState): void {
    // States share what an event did not touch, so most events cost one comparison.
    if (before.participants !== after.participants) this.#keep(after);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #keep({ participants }: RoomState): void {
    for (const [participantId, timer] of this.#timers) {
      if (participants[participantId]?.presence === 'away') continue;
      clearTimeout(timer);
      this.#timers.delete(participantId);
    }
    for (const { id, presence } of Object.values(participants)) {
      if (presence !== 'away' || this.#timers.has(id)) continue;
      this.#timers.set(
        id,
        setTimeout(() => this.#expire(id), this.#graceMs),
      );
    }
  }
}
