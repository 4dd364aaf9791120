import { randomInt } from 'node:crypto';
import { writeLate } from './late-writing.ts';
import type { AuditEntry } from './protocol/audit.ts';
import type { RoomId } from './protocol/ids.ts';
import { Refused } from './protocol/refusals.ts';
import type { SystemCommand } from './room/system-commands.ts';
import { Room, type RoomParts } from './rooms.ts';

export interface OpenRoomsWatcher {
  opened(room: Room): void;
  closed(roomId: RoomId): void;
}

/** A meeting that ended so recently may still have a recording to be saved. */
const STILL_SETTLING_MS = 600_000;

/** Every room that this process holds. Owns them. */
export class OpenRooms {
  readonly #parts: RoomParts;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #opening = new Set<RoomId>();
  /** Open in the log, but not here: they could not be rebuilt, or this process is stopping. */
  readonly #missing = new Set<RoomId>();
  readonly #watchers = new Set<OpenRoomsWatcher>();
  /** What is written of meetings that are over, one after the other. */
  #late: Promise<unknown> = Promise.resolve();

  private constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** Rebuilds the rooms that were open when the process last ended: everyone is away, all else is as it was. */
  static async recover(parts: RoomParts): Promise<OpenRooms> {
    const rooms = new OpenRooms(parts);
    for (const { roomId, endedAt } of await parts.log.rooms()) {
      if (endedAt !== undefined && parts.now() - endedAt > STILL_SETTLING_MS) continue;
      try {
        const room = await rooms.#open(roomId);
        if (room.isSettled) await room.close('ended');
        else room.report({ verb: 'recover' });
      } catch (error) {
        // The other rooms must not wait for this one.
        parts.logger.error({ err: error, room: roomId }, 'a room could not be rebuilt');
        rooms.#missing.add(roomId);
      }
    }
    return rooms;
  }

  get(roomId: RoomId): Room | undefined {
    return this.#rooms.get(roomId);
  }

  /** Throws `Refused`: `retry` for a room that is missing here alone, otherwise `roomUnknown`. */
  require(roomId: RoomId): Room {
    const room = this.#rooms.get(roomId);
    if (!room) throw new Refused(this.#missing.has(roomId) ? 'retry' : 'roomUnknown', roomId);
    return room;
  }

  list(): Room[] {
    return [...this.#rooms.values()];
  }

  watch(watcher: OpenRoomsWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Opens a meeting; without an id it gets six digits. Throws `Refused` when the id is taken or media are missing. */
  async create(title: string, wanted?: RoomId): Promise<Room> {
    const roomId = wanted ?? (await this.#freeId());
    if (this.#opening.has(roomId) || this.#rooms.has(roomId)) throw new Refused('roomExists', roomId);
    this.#opening.add(roomId);
    try {
      if (!(await this.#parts.log.reserve(roomId))) throw new Refused('roomExists', roomId);
      const room = await this.#open(roomId).catch((error) => {
        this.#parts.logger.error({ err: error, room: roomId }, 'a room could not be opened');
        throw new Refused('mediaUnavailable');
      });
      const answer = await room.dispatch({ verb: 'open', roomId, title }, 'system');
      if (!answer.ok) {
        await room.close();
        throw new Refused(answer.refusal.code, answer.refusal.detail);
      }
      for (const watcher of this.#watchers) watcher.opened(room);
      return room;
    } finally {
      this.#opening.delete(roomId);
    }
  }

  /**
   * Something of a meeting that is held or over. What has come to rest is taken up from its log for this one command, without
   * media. Throws `Refused`, as the rules refuse it.
   * @param note is stored with it, where it led to anything
   */
  async tell(roomId: RoomId, command: SystemCommand, note?: AuditEntry): Promise<void> {
    const room = this.#rooms.get(roomId);
    const answer = room && (await room.dispatch(command, 'system', note));
    // It may have come to rest just now.
    const isHere = this.#rooms.has(roomId) || this.#missing.has(roomId) || this.#opening.has(roomId);
    if (answer?.ok) return;
    if (isHere) throw answer ? new Refused(answer.refusal.code, answer.refusal.detail) : new Refused('retry', roomId);
    const written = this.#late.then(() => writeLate(this.#parts, roomId, command, note));
    this.#late = written.catch(() => undefined);
    await written;
  }

  async close(): Promise<void> {
    for (const roomId of this.#rooms.keys()) this.#missing.add(roomId);
    await Promise.all(this.list().map((room) => room.close()));
    await this.#late;
  }

  async #open(roomId: RoomId): Promise<Room> {
    const room = await Room.open(roomId, this.#parts);
    this.#rooms.set(roomId, room);
    room.watch({
      committed: () => undefined,
      notify: () => undefined,
      dismiss: () => undefined,
      closed: (reason) => {
        this.#rooms.delete(roomId);
        // A server that stops ends no meeting, and nobody is to put away what he does for it.
        if (reason === 'stopped') return;
        for (const watcher of this.#watchers) watcher.closed(roomId);
      },
    });
    return room;
  }

  async #freeId(): Promise<RoomId> {
    const taken = new Set((await this.#parts.log.rooms()).map((room) => room.roomId));
    for (;;) {
      const id = String(randomInt(100_000, 1_000_000));
      if (!taken.has(id) && !this.#opening.has(id)) return id;
    }
  }
}
