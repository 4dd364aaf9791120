import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { RoomMonitor, type Second } from '../monitor/room-monitor.ts';
import type { OpenRooms } from '../open-rooms.ts';
import type { ParticipantId, RoomId, SiteId } from '../protocol/ids.ts';
import { isTestRoom } from '../protocol/line-tests.ts';
import type { Direction, LineState } from '../protocol/lines.ts';
import type { ReportedSample, Sample } from '../protocol/monitor.ts';
import type { Consumed } from '../protocol/quality.ts';
import type { RoomState, SourceRef } from '../protocol/records.ts';
import { isAttendee } from '../room/state.ts';
import type { LinesPort, Room } from '../rooms.ts';

/** What the directory knows of a site's line. */
export interface LineTerms {
  carrierId?: string | undefined;
  upKbps?: number | undefined;
  downKbps?: number | undefined;
}

interface LinesOptions {
  termsOf(siteId: SiteId): LineTerms | undefined;
  /** Where every second is kept. */
  keep(roomId: RoomId, second: Second): void;
  logger: Logger;
  now: () => number;
}

const SECOND_MS = 1_000;
/** Operators are told again what they know, for the values in it and for those who have just come. */
const REPEAT_EVERY = 5;
/** Who reports more often than this says nothing new. */
const REPORT_PAUSE_MS = 900;

/** Joins the rooms with what watches over their lines: samples in, states to the operators, incidents into the room. */
export class Lines implements LinesPort {
  readonly #options: LinesOptions;
  readonly #monitors = new Map<RoomId, { room: Room; monitor: RoomMonitor }>();
  readonly #listeners = new Map<RoomId, (samples: readonly Sample[]) => void>();
  readonly #reportedAt = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #seconds = 0;

  constructor(options: LinesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#assess(), SECOND_MS);
  }

  follow(rooms: OpenRooms): void {
    for (const room of rooms.list()) this.#add(room);
    rooms.watch({ opened: (room) => this.#add(room), closed: (roomId) => this.#monitors.delete(roomId) });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#monitors.clear();
  }

  measured({ roomId }: Room, samples: Sample[]): void {
    this.#monitors.get(roomId)?.monitor.add(samples);
    this.#listeners.get(roomId)?.(samples);
  }

  /** Every sample of this room as it comes, until the returned function is called. One listener for each room. */
  listen(roomId: RoomId, heard: (samples: readonly Sample[]) => void): () => void {
    this.#listeners.set(roomId, heard);
    return () => this.#listeners.delete(roomId);
  }

  /** What a participant has measured itself. More than there is a use for is left out. */
  reported({ roomId, state }: Room, participantId: ParticipantId, reported: readonly ReportedSample[]): void {
    const participant = state.participants[participantId];
    const entry = this.#monitors.get(roomId);
    const now = this.#options.now();
    const key = `${roomId}/${participantId}`;
    if (!entry || !participant || !isAttendee(participant)) return;
    if (now - (this.#reportedAt.get(key) ?? 0) < REPORT_PAUSE_MS) return;
    this.#reportedAt.set(key, now);
    const by = participant.kind === 'browser' ? 'client' : 'leg';
    const known = reported.filter(
      ({ stream, direction }) => !stream || isKnown(state, participantId, direction, stream),
    );
    this.measured(
      entry.room,
      known.map(({ agoMs, ...figures }) => ({ ...figures, at: now - agoMs, participantId, by })),
    );
  }

  /** Of a line that is being tested nothing is known: that is what the test is for. */
  capacity({ roomId, state }: Room, participantId: ParticipantId): LineTerms {
    if (isTestRoom(roomId)) return {};
    return this.#termsOf(state, participantId) ?? {};
  }

  isStrained({ roomId }: Room, participantId: ParticipantId): boolean {
    return (this.#monitors.get(roomId)?.monitor.levelOf(participantId) ?? 'good') !== 'good';
  }

  /** Of every open room, as they are now. */
  list(): { roomId: RoomId; lines: ReadonlyMap<ParticipantId, LineState> }[] {
    return [...this.#monitors].map(([roomId, { monitor }]) => ({ roomId, lines: monitor.lines }));
  }

  /** Of a room that this process holds. */
  flows(roomId: RoomId): ReadonlyMap<ParticipantId, Consumed[]> {
    return this.#monitors.get(roomId)?.monitor.flows ?? new Map();
  }

  #add(room: Room): void {
    const monitor = new RoomMonitor({
      state: () => room.state,
      carrierOf: (id) => this.#termsOf(room.state, id)?.carrierId,
      newId: () => randomBytes(9).toString('base64url'),
    });
    this.#monitors.set(room.roomId, { room, monitor });
  }

  #assess(): void {
    const at = this.#options.now();
    this.#seconds++;
    for (const [key, reportedAt] of this.#reportedAt)
      if (at - reportedAt > SECOND_MS * 60) this.#reportedAt.delete(key);
    for (const { room, monitor } of this.#monitors.values()) {
      try {
        this.#tell(room, monitor.assess(at));
      } catch (error) {
        this.#options.logger.error({ err: error, room: room.roomId }, 'the lines of a room could not be judged');
      }
    }
  }

  #tell(room: Room, second: Second): void {
    // A test fills the line on purpose, and is kept by itself.
    if (isTestRoom(room.roomId)) return;
    for (const incident of second.incidents) room.report({ verb: 'recordIncident', incident });
    this.#options.keep(room.roomId, second);
    const { bad } = second;
    const isDue = bad.size > 0 && this.#seconds % REPEAT_EVERY === 0;
    if (second.hasChanged || isDue) room.notifyOperators({ notice: 'lines', lines: Object.fromEntries(bad) });
  }

  #termsOf({ participants }: RoomState, participantId: ParticipantId): LineTerms | undefined {
    const siteId = participants[participantId]?.siteId;
    return siteId === undefined ? undefined : this.#options.termsOf(siteId);
  }
}

/** Names of streams are kept: nobody is to invent any. */
function isKnown(
  { participants }: RoomState,
  ownId: ParticipantId,
  direction: Direction,
  { participantId, for: whose, tier }: SourceRef,
): boolean {
  if (tier !== undefined || (direction === 'up' && participantId !== ownId)) return false;
  return participantId in participants && (whose === undefined || whose in participants);
}
