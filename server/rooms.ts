import { randomBytes } from 'node:crypto';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { EffectQueue } from './effect-queue.ts';
import { Graces } from './graces.ts';
import type { MediaNode, RoomMedia } from './media/index.ts';
import type { AuditEntry } from './protocol/audit.ts';
import type { Command } from './protocol/commands.ts';
import type { ParticipantId, RoomId } from './protocol/ids.ts';
import type { Notice } from './protocol/media.ts';
import type { Sample } from './protocol/monitor.ts';
import type { RoomState } from './protocol/records.ts';
import { type RefusalCode, refuse } from './protocol/refusals.ts';
import type { Answer, Dismissed } from './protocol/wire.ts';
import { isActive } from './room/calls.ts';
import { type Effect, effectsOf } from './room/effects.ts';
import { evolve } from './room/evolve.ts';
import type { Actor } from './room/policy.ts';
import { emptyRoom } from './room/state.ts';
import { type Change, step } from './room/step.ts';
import type { SystemCommand } from './room/system-commands.ts';
import { Settling } from './settling.ts';
import { AppendConflict, type EventLog } from './store/event-log.ts';

/** Whoever follows a room. Everything it hears of has been stored before. It must not throw. */
export interface RoomWatcher {
  committed(change: Change): void;
  notify(participantId: ParticipantId, notice: Notice): void;
  dismiss(participantId: ParticipantId, reason: Dismissed['reason']): void;
  /** The room is gone from here: the meeting came to rest, or another node took it over. */
  closed(reason: 'ended' | 'takenOver' | 'stopped'): void;
}

/** What a room needs; `graceMs` is how long a lost connection keeps its place. */
export interface RoomParts {
  log: EventLog;
  media: MediaNode;
  logger: Logger;
  graceMs: number;
  now: () => number;
  /** Absent: nothing is known of lines, and nobody asks. */
  lines?: LinesPort;
}

/** What watches over the participants' lines. */
export interface LinesPort {
  measured(room: Room, samples: Sample[]): void;
  /** As configured of a participant's line, kbit/s. */
  capacity(room: Room, participantId: ParticipantId): { upKbps?: number | undefined; downKbps?: number | undefined };
  isStrained(room: Room, participantId: ParticipantId): boolean;
}

/** What one command led to, waiting for its append. */
interface Step {
  changes: Change[];
  /** Of what was done at the desk. */
  note?: AuditEntry;
  answer: Answer;
  acknowledge: (answer: Answer) => void;
}

const REBUILD_PAUSE_MS = 1_000;

/**
 * One room and the one loop that changes it: decide and evolve in one synchronous step per command, collect the events
 * in the outbox, append; only then acknowledge, broadcast and perform. What is decided while an append is under way
 * goes into the next one. Owns the room's media and its timers.
 */
export class Room {
  readonly roomId: RoomId;
  readonly #parts: RoomParts;
  readonly #logger: Logger;
  readonly #epoch: number;
  readonly #watchers = new Set<RoomWatcher>();
  readonly #graces: Graces;
  readonly #settling: Settling;
  readonly #effects: EffectQueue;
  /** As stored, and as decided: the latter runs ahead while an append is under way. */
  #stored: RoomState;
  #decided: RoomState;
  #outbox: Step[] = [];
  #phase: 'running' | 'rebuilding' | 'closed' = 'running';
  #draining = false;
  #media: RoomMedia | undefined;

  private constructor(state: RoomState, epoch: number, parts: RoomParts) {
    this.roomId = state.roomId;
    this.#parts = parts;
    this.#logger = parts.logger.child({ room: state.roomId });
    this.#epoch = epoch;
    this.#stored = state;
    this.#decided = state;
    this.#graces = new Graces(parts.graceMs, (participantId) => this.report({ verb: 'expire', participantId }));
    this.#settling = new Settling({
      giveUpRecording: (recordingId) =>
        this.report({ verb: 'reportRecording', recordingId, status: 'failed', reason: 'not saved in time' }),
      giveUpMeeting: () => void this.close('ended'),
    });
    this.#effects = new EffectQueue(
      (effect) => this.#perform(effect),
      (effect, reason) => {
        this.#logger.warn({ effect, reason }, 'an effect failed');
        this.report({ verb: 'reportEffectFailure', effect: effect.effect, reason });
      },
    );
  }

  /** Takes the room over, folds its log and opens its media. Rejects when the log or the media cannot be had. */
  static async open(roomId: RoomId, parts: RoomParts): Promise<Room> {
    const epoch = await parts.log.claim(roomId);
    const events = await parts.log.read(roomId);
    const room = new Room(events.reduce(evolve, emptyRoom(roomId)), epoch, parts);
    room.#media = await parts.media.openRoom(roomId, {
      state: () => room.state,
      notify: (participantId, notice) => room.#tell((watcher) => watcher.notify(participantId, notice)),
      report: (command) => room.report(command),
      measured: (samples) => parts.lines?.measured(room, samples),
      capacity: (participantId) => parts.lines?.capacity(room, participantId) ?? {},
      isStrained: (participantId) => parts.lines?.isStrained(room, participantId) ?? false,
      mediaLost: () => room.#logger.warn('the room has got new media'),
    });
    return room;
  }

  /** The room as it is stored. */
  get state(): RoomState {
    return this.#stored;
  }

  get media(): RoomMedia {
    if (!this.#media) throw new Error(`room ${this.roomId} has no media yet`);
    return this.#media;
  }

  /** The meeting has ended, its recording is saved and its calls are over. */
  get isSettled(): boolean {
    const { status, recording, calls } = this.#stored;
    return status === 'ended' && recording.status === 'off' && !Object.values(calls).some(isActive);
  }

  watch(watcher: RoomWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Resolves when what the command led to is stored. Never rejects.
   * @param note is stored with it, where it led to anything
   */
  dispatch(command: Command | SystemCommand, actor: Actor, note?: AuditEntry): Promise<Answer> {
    if (this.#phase === 'rebuilding') return Promise.resolve(refused('retry'));
    if (this.#phase === 'closed') return Promise.resolve(refused('roomUnknown', this.roomId));
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#outbox.push({ ...this.#decide(command, actor), ...(note ? { note } : {}), acknowledge: resolve });
    void this.#drain();
    return promise;
  }

  /** Everyone at the centre who is connected. */
  notifyOperators(notice: Notice): void {
    for (const { id, role, presence } of Object.values(this.#stored.participants)) {
      if (role === 'operator' && presence === 'present') this.#tell((watcher) => watcher.notify(id, notice));
    }
  }

  /** The server's own command, for which nobody waits. Where it cannot be stored it is repeated until it can be. */
  report(command: Command | SystemCommand): void {
    void this.dispatch(command, 'system').then(async (answer) => {
      // Who speaks is measured anew all the time.
      if (answer.ok || answer.refusal.code !== 'retry' || command.verb === 'setSpeaker') return;
      await sleep(REBUILD_PAUSE_MS, undefined, { ref: false });
      this.report(command);
    });
  }

  /** Closes media and timers and tells the watchers; the meeting itself goes on in the log. */
  async close(reason: 'ended' | 'takenOver' | 'stopped' = 'stopped'): Promise<void> {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#settling.close();
    this.#graces.close();
    this.#tell((watcher) => watcher.closed(reason));
    await this.#effects.idle();
    await this.#media
      ?.close()
      .catch((error) => this.#logger.error({ err: error }, 'the media of the room did not close'));
  }

  /** One synchronous step. A fault changes nothing: the decided state is set last, after every event was folded. */
  #decide(command: Command | SystemCommand, actor: Actor): { changes: Change[]; answer: Answer } {
    try {
      const id = randomBytes(9).toString('base64url');
      const { changes, refusal } = step(this.#decided, command, actor, { now: this.#parts.now(), id });
      this.#decided = changes.at(-1)?.after ?? this.#decided;
      return { changes, answer: refusal ? { ok: false, refusal } : { ok: true, result: {} } };
    } catch (error) {
      this.#logger.error({ err: error, verb: command.verb }, 'a rule failed');
      return { changes: [], answer: refused('internal') };
    }
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#outbox.length > 0) {
      // Whatever else comes in this turn of the loop goes into the same append: each is a wait for the disk.
      await turn();
      const steps = this.#outbox.splice(0);
      const changes = steps.flatMap((step) => step.changes);
      try {
        if (changes.length > 0) await this.#append(changes, steps.flatMap(notesOf));
      } catch (error) {
        await this.#recoverFrom(error, [...steps, ...this.#outbox.splice(0)]);
        continue;
      }
      for (const change of changes) this.#commit(change);
      for (const { acknowledge, answer } of steps) acknowledge(answer);
    }
    this.#draining = false;
  }

  async #append(changes: Change[], notes: AuditEntry[]): Promise<void> {
    const events = changes.map((change) => change.logged);
    const expectedSeq = this.#stored.seq;
    await this.#parts.log.append({ roomId: this.roomId, epoch: this.#epoch, expectedSeq, events, notes });
  }

  #commit(change: Change): void {
    if (this.#phase === 'closed') return;
    this.#stored = change.after;
    this.#graces.follow(change.before, change.after);
    this.#tell((watcher) => watcher.committed(change));
    try {
      this.#effects.add(effectsOf(change.before, change.after, change.logged));
    } catch (error) {
      this.#logger.error({ err: error, type: change.logged.event.type }, 'the effects of an event could not be told');
    }
    this.#settling.follow(change.after);
    if (this.isSettled) void this.#effects.idle().then(() => this.close('ended'));
  }

  /** What was decided but not stored never happened. The log says where the room stands. */
  async #recoverFrom(error: unknown, waiting: Step[]): Promise<void> {
    this.#logger.error({ err: error }, 'an append failed, the room is rebuilt from its log');
    for (const { acknowledge } of waiting) acknowledge(refused('retry'));
    if (this.#phase === 'closed') return;
    this.#phase = 'rebuilding';
    if (error instanceof AppendConflict && error.reason === 'epoch') {
      void this.close('takenOver');
      return;
    }
    while (this.#phase === 'rebuilding') {
      try {
        await this.#rebuild();
        return;
      } catch (again) {
        this.#logger.error({ err: again }, 'the log cannot be read');
        await sleep(REBUILD_PAUSE_MS, undefined, { ref: false });
      }
    }
  }

  /** Folds the log anew; what it holds beyond what was broadcast (an append that failed too late) is made up for. */
  async #rebuild(): Promise<void> {
    const events = await this.#parts.log.read(this.roomId);
    if (this.#phase !== 'rebuilding') return;
    const known = this.#stored.seq;
    const unseen: Change[] = [];
    let before = emptyRoom(this.roomId);
    for (const logged of events) {
      const after = evolve(before, logged);
      if (logged.seq > known) unseen.push({ logged, before, after });
      before = after;
    }
    this.#decided = before;
    this.#phase = 'running';
    for (const change of unseen) this.#commit(change);
    this.#stored = before;
  }

  async #perform(effect: Effect): Promise<void> {
    if (effect.effect !== 'dismiss') return this.media.perform(effect);
    this.#tell((watcher) => watcher.dismiss(effect.participantId, effect.reason));
  }

  #tell(what: (watcher: RoomWatcher) => void): void {
    for (const watcher of this.#watchers) {
      try {
        what(watcher);
      } catch (error) {
        this.#logger.error({ err: error }, 'a watcher failed');
      }
    }
  }
}

function notesOf({ changes, note }: Step): AuditEntry[] {
  return note && changes.length > 0 ? [note] : [];
}

function refused(code: RefusalCode, detail?: string): Answer {
  return { ok: false, refusal: refuse(code, detail) };
}
