import type { Line } from '../protocol/directory.ts';
import type { LoggedEvent } from '../protocol/events.ts';
import { type ParticipantId, type RoomId, roomIdSchema, type SiteId } from '../protocol/ids.ts';
import type { LineState } from '../protocol/lines.ts';
import type { Consumed, LineChart, LineNode, LineTree, RoomCourse, Seat } from '../protocol/quality.ts';
import type { RoomState } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Answers, View, WantedSteps } from '../store/index.ts';
import { namesOf, type Roll, rollOf, rollOfState, seatOf } from './roll.ts';

interface Parts {
  samples: { view<V extends View>(view: V, wanted: WantedSteps): Promise<Answers[V]> };
  lines: {
    list(): { roomId: RoomId; lines: ReadonlyMap<ParticipantId, LineState> }[];
    flows(roomId: RoomId): ReadonlyMap<ParticipantId, Consumed[]>;
  };
  rooms: { get(roomId: RoomId): { state: RoomState } | undefined };
  log: {
    read(roomId: RoomId): Promise<LoggedEvent[]>;
    rooms(): Promise<{ roomId: RoomId; title: string; status: 'open' | 'ended'; openedAt: number; endedAt?: number }[]>;
  };
  directory: { nameOf(siteId: SiteId): string; lineOf(siteId: SiteId): Line | undefined };
  organisations: { list(): Promise<{ organisationId: string; name: string }[]> };
  now: () => number;
}

/** A chart is seldom wider than 1,200 pixels, and a lane of a meeting lies among many. */
const CHART_POINTS = 600;
const COURSE_POINTS = 300;
/** What was measured so long before a moment at most is said of it. */
const MOMENT_MS = 10_000;
/** How long an open meeting's roll holds; an ended one's does not change. */
const ROLL_MS = 10_000;
const MOST_ROLLS = 16;
const MOST_MEETINGS = 8;

/** Lines as people look at them: what was kept, with the names of the meeting and of the directory (REG-17). */
export class LineRecords {
  readonly #parts: Parts;
  readonly #rolls = new Map<RoomId, Roll>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One line over a time, in one meeting or in all of them. */
  async chart(wanted: { participantId: ParticipantId; roomId?: RoomId; from: number; to: number }): Promise<LineChart> {
    const { participantId } = wanted;
    const kept = await this.#parts.samples.view('chart', { ...wanted, points: CHART_POINTS, what: 'all' });
    const { roomIds, ...chart } = kept;
    const seats = new Map<ParticipantId, Seat>();
    for (const roomId of roomIds.slice(-MOST_MEETINGS)) {
      for (const [id, seat] of (await this.#rollOf(roomId)).seats) seats.set(id, seat);
    }
    const siteId = seats.get(participantId)?.siteId ?? this.#siteOf(participantId);
    const name = siteId === undefined ? seats.get(participantId)?.name : this.#parts.directory.nameOf(siteId);
    const named = chart.flows.flatMap(({ stream }) => namedIn(stream));
    return {
      ...{ participantId, name: name ?? participantId, ...chart, names: namesOf(seats, named) },
      ...(siteId === undefined ? {} : { siteId }),
    };
  }

  /** Every line of a meeting over its time, or a part of it. Throws `Refused` (`roomUnknown`). */
  async course(roomId: RoomId, wanted: { from?: number; to?: number }): Promise<RoomCourse> {
    const { title, status, openedAt, endedAt } = await this.#meeting(roomId);
    const between = { from: wanted.from ?? openedAt, to: wanted.to ?? endedAt ?? this.#parts.now() };
    const [kept, roll] = await Promise.all([
      this.#parts.samples.view('course', { roomId, ...between, points: COURSE_POINTS, what: 'judged' }),
      this.#rollOf(roomId),
    ]);
    const lines = kept.lines.map(({ participantId, stretches }) => ({ ...seatOf(roll, participantId), stretches }));
    lines.sort((a, b) => a.name.localeCompare(b.name, 'vi'));
    const { from, to, stepMs } = kept;
    const incidents = [...roll.incidents];
    const concerned = incidents.flatMap(({ participantIds }) => participantIds);
    const names = namesOf(roll.seats, concerned);
    return { roomId, title, live: status === 'open', from, to, stepMs, lines, incidents, names };
  }

  /**
   * Everyone's line and what it carries: now, or as it was kept of a moment; of who was not in the meeting then there
   * is none. Throws `Refused` (`roomUnknown`).
   */
  async tree(roomId: RoomId, at?: number): Promise<LineTree> {
    const { title } = await this.#meeting(roomId);
    const nodes = at === undefined ? this.#now(roomId) : await this.#then(roomId, at);
    const organisations = new Map(
      (await this.#parts.organisations.list()).map(({ organisationId, name }) => [organisationId, name]),
    );
    const carriers: Record<string, string> = {};
    for (const { carrierId } of nodes) {
      const name = carrierId === undefined ? undefined : organisations.get(carrierId);
      if (carrierId !== undefined && name !== undefined) carriers[carrierId] = name;
    }
    const { seats } = at === undefined ? rollOfState(this.#parts.rooms.get(roomId)?.state) : await this.#rollOf(roomId);
    const named = nodes.flatMap(({ flows }) => flows.flatMap(({ stream }) => namedIn(stream)));
    const lines = nodes.toSorted((a, b) => a.name.localeCompare(b.name, 'vi'));
    const live = at === undefined;
    return { roomId, title, at: at ?? this.#parts.now(), live, lines, carriers, names: namesOf(seats, named) };
  }

  #now(roomId: RoomId): LineNode[] {
    const state = this.#parts.rooms.get(roomId)?.state;
    const lines =
      this.#parts.lines.list().find((room) => room.roomId === roomId)?.lines ?? new Map<string, LineState>();
    const flows = this.#parts.lines.flows(roomId);
    const roll = rollOfState(state);
    return [...lines].map(([id, { level, reasons, up, down }]) => {
      const seat = seatOf(roll, id);
      return { ...seat, ...this.#terms(seat.siteId), level, reasons, up, down, flows: flows.get(id) ?? [] };
    });
  }

  async #then(roomId: RoomId, at: number): Promise<LineNode[]> {
    const to = Math.floor(at / 1000) * 1000 + 1000;
    const wanted = { roomId, from: to - MOMENT_MS, to, points: MOMENT_MS / 1000, what: 'all' } as const;
    const [kept, roll] = await Promise.all([this.#parts.samples.view('moment', wanted), this.#rollOf(roomId)]);
    return kept.map(({ participantId, ...line }) => {
      const seat = seatOf(roll, participantId);
      return { ...seat, ...this.#terms(seat.siteId), ...line };
    });
  }

  #terms(siteId: SiteId | undefined): Pick<LineNode, 'carrierId' | 'upKbps' | 'downKbps'> {
    const { carrierId, upKbps, downKbps } =
      (siteId === undefined ? undefined : this.#parts.directory.lineOf(siteId)) ?? {};
    return {
      ...(carrierId === undefined ? {} : { carrierId }),
      ...(upKbps === undefined ? {} : { upKbps }),
      ...(downKbps === undefined ? {} : { downKbps }),
    };
  }

  /** Of a site that has been in none of these meetings. */
  #siteOf(participantId: ParticipantId): SiteId | undefined {
    const siteId = /^site-(.+)$/.exec(participantId)?.[1];
    return siteId !== undefined && this.#parts.directory.nameOf(siteId) !== siteId ? siteId : undefined;
  }

  async #meeting(roomId: RoomId) {
    const found = (await this.#parts.log.rooms()).find((room) => room.roomId === roomId);
    if (!found) throw new Refused('roomUnknown', roomId);
    return found;
  }

  async #rollOf(roomId: RoomId): Promise<Roll> {
    const known = this.#rolls.get(roomId);
    const now = this.#parts.now();
    if (known && (known.isOver || now - known.readAt < ROLL_MS)) return known;
    const events = roomIdSchema.safeParse(roomId).success ? await this.#parts.log.read(roomId) : [];
    const roll = rollOf(events, now);
    this.#rolls.delete(roomId);
    this.#rolls.set(roomId, roll);
    for (const oldest of [...this.#rolls.keys()].slice(0, -MOST_ROLLS)) this.#rolls.delete(oldest);
    return roll;
  }
}

function namedIn({ participantId, for: whose }: Consumed['stream']): ParticipantId[] {
  return whose === undefined ? [participantId] : [participantId, whose];
}
