import { setImmediate as turn } from 'node:timers/promises';
import { addDays, daysInMonth, momentOf } from '../meetings/days.ts';
import {
  type CarrierFacts,
  type CarrierLine,
  carrierReport,
  type MeasuredMinute,
  type Measurement,
  measurementOf,
  UNMEASURED,
} from '../meetings/reports/carrier-report.ts';
import { factsOf, type Host, type MeetingFacts, rowOf } from '../meetings/reports/facts.ts';
import { FOLDED_TYPES, minutesOf } from '../meetings/reports/minutes.ts';
import { sum } from '../meetings/reports/spans.ts';
import { citedBy, tellEvents } from '../meetings/reports/told-events.ts';
import { usageOf } from '../meetings/reports/usage.ts';
import { yearReview } from '../meetings/reports/year-review.ts';
import type { Feedback } from '../protocol/feedback.ts';
import { Refused } from '../protocol/refusals.ts';
import type {
  CarrierReport,
  MeetingRow,
  MinutesAnswer,
  MinutesBooking,
  ToldEvent,
  Usage,
  YearReview,
} from '../protocol/reports.ts';
import type { Samples, Store, StoredBooking } from '../store/index.ts';
import type { Bookings } from './bookings.ts';
import type { Directory } from './directory.ts';

export interface ReportParts {
  store: Pick<Store, 'log' | 'bookings' | 'organisations' | 'feedback'>;
  bookings: Pick<Bookings, 'list'>;
  directory: Pick<Directory, 'list'>;
  samples: Pick<Samples, 'figures'>;
  /** IANA name. */
  timeZone: string;
  now: () => number;
}

interface Between {
  /** Milliseconds since 1970, `to` not included. */
  from: number;
  to: number;
}

/** Ended meetings of which the facts are kept: more than a busy year has. */
const MOST_KEPT = 600;
/** After so long every sample of a meeting is in the file. */
const WRITTEN_MS = 600_000;
/** Lines whose samples are asked for at once. */
const AT_ONCE = 50;

/**
 * What is told of meetings afterwards (REG-16, REG-17, REG-20), folded from their logs whenever somebody asks. `only`: the one
 * host unit that may be told of, elsewhere anybody's.
 */
export class Reports {
  readonly #parts: ReportParts;
  /** Of ended meetings, as far as their logs had come; the one folded last is last. */
  readonly #kept = new Map<string, { seq: number; facts: MeetingFacts; measured: Map<string, Measurement> }>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  async meetings(between: Between, only?: string): Promise<MeetingRow[]> {
    const facts = await this.#facts(between);
    const hosts = await this.#hosts(facts);
    const rows = await this.#rows(facts, hosts);
    return only === undefined ? rows : rows.filter(({ hostUnitId }) => hostUnitId === only);
  }

  /** Throws `Refused`: `roomUnknown`, `notPermitted`. */
  async minutes(roomId: string, only?: string): Promise<MinutesAnswer> {
    const { store, now } = this.#parts;
    const booking = await this.#bookingOf(roomId);
    if (only !== undefined && booking?.hostUnitId !== only) throw new Refused('notPermitted', roomId);
    const events = await store.log.read(roomId, FOLDED_TYPES);
    if (events.length === 0) throw new Refused('roomUnknown', roomId);
    const minutes = minutesOf(events, { roomId, now: now(), ...(booking ? { booking } : {}) });
    const feedback = (await store.feedback.ofRooms([roomId])).map(({ roomId: _room, ...one }) => one);
    return { minutes, feedback };
  }

  /** Those of the wanted that the minutes rest on. Throws `Refused` as `minutes`. */
  async events(roomId: string, wanted: readonly number[], only?: string): Promise<ToldEvent[]> {
    const { minutes } = await this.minutes(roomId, only);
    const cited = citedBy(minutes);
    const events = await this.#parts.store.log.read(roomId, FOLDED_TYPES);
    return tellEvents(events, new Set(wanted.filter((seq) => cited.has(seq))));
  }

  async usage(between: Between, only?: string): Promise<Usage> {
    const facts = await this.#facts(between);
    const hosts = await this.#hosts(facts);
    const own = only === undefined ? facts : facts.filter(({ roomId }) => hosts.get(roomId)?.hostUnitId === only);
    return usageOf(own, (roomId) => hosts.get(roomId), between);
  }

  /** @param month `YYYY-MM`. Throws `Refused` (`organisationUnknown`). */
  async carrier(carrierId: string, month: string): Promise<CarrierReport> {
    const between = this.#month(month);
    const found = (await this.#carriers()).find((one) => one.carrierId === carrierId);
    if (!found) throw new Refused('organisationUnknown', carrierId);
    const meetings = await this.#facts(between);
    const measuredOf = await this.#measured(found.lines, meetings);
    return carrierReport({ ...found, ...between, meetings, measuredOf });
  }

  async year(year: number): Promise<YearReview> {
    const { timeZone, bookings, store } = this.#parts;
    const at = (of: number) => momentOf({ year: of, month: 1, day: 1 }, 0, timeZone);
    const between = { from: at(year), to: at(year + 1) };
    const meetings = await this.#facts(between);
    const hosts = await this.#hosts(meetings);
    const rows = await this.#rows(meetings, hosts);
    const carriers = await this.#carriers();
    const titles = new Map(meetings.map(({ roomId, title }) => [roomId, title]));
    const given = await store.feedback.ofRooms([...titles.keys()]);
    return yearReview({
      ...{ year, ...between, timeZone, meetings, rows, hostOf: (roomId) => hosts.get(roomId) },
      bookings: await bookings.list(between),
      carriers,
      measuredOf: await this.#measured(
        carriers.flatMap(({ lines }) => lines),
        meetings,
      ),
      feedback: given.map((one) => ({ ...one, title: titles.get(one.roomId) ?? one.roomId })),
    });
  }

  /** REG-16: of whoever shows that he was in. */
  async give(roomId: string, opinion: Omit<Feedback, 'at'>): Promise<void> {
    await this.#parts.store.feedback.give(roomId, { ...opinion, at: this.#parts.now() });
  }

  /** Folded one after the other, with a turn for everybody else between them. */
  async #facts({ from, to }: Between): Promise<MeetingFacts[]> {
    const rooms = (await this.#parts.store.log.rooms()).filter(({ openedAt }) => openedAt >= from && openedAt < to);
    const facts: MeetingFacts[] = [];
    for (const { roomId, seq } of rooms) {
      const kept = this.#kept.get(roomId);
      // A log grows after the end too: a recording is saved, the cause of an incident becomes known.
      facts.push(kept?.seq === seq ? kept.facts : await this.#fold(roomId, seq));
    }
    return facts;
  }

  async #fold(roomId: string, seq: number): Promise<MeetingFacts> {
    await turn();
    const { store, now } = this.#parts;
    const booking = await this.#bookingOf(roomId);
    const events = await store.log.read(roomId, FOLDED_TYPES);
    const facts = factsOf(events, { roomId, now: now(), ...(booking ? { booking } : {}) });
    if (!facts.isOver) return facts;
    this.#kept.delete(roomId);
    this.#kept.set(roomId, { seq, facts, measured: new Map() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return facts;
  }

  async #rows(facts: readonly MeetingFacts[], hosts: ReadonlyMap<string, Host>): Promise<MeetingRow[]> {
    const given = Map.groupBy(await this.#parts.store.feedback.ofRooms(facts.map(({ roomId }) => roomId)), (one) => {
      return one.roomId;
    });
    return facts.map((one) => {
      const ratings = (given.get(one.roomId) ?? []).map(({ ratings }) => sum(Object.values(ratings)) / 3);
      return rowOf(one, hosts.get(one.roomId), ratings);
    });
  }

  async #hosts(facts: readonly MeetingFacts[]): Promise<Map<string, Host>> {
    const { store } = this.#parts;
    const booked = await store.bookings.ofRooms(facts.map(({ roomId }) => roomId));
    const names = await this.#unitNames();
    return new Map(
      booked.flatMap(({ roomId, bookingId, booked: { hostUnitId } }): [string, Host][] => {
        const hostUnit = names.get(hostUnitId) ?? hostUnitId;
        return roomId === undefined ? [] : [[roomId, { bookingId, hostUnitId, hostUnit }]];
      }),
    );
  }

  async #bookingOf(roomId: string): Promise<MinutesBooking | undefined> {
    const [found]: (StoredBooking | undefined)[] = await this.#parts.store.bookings.ofRooms([roomId]);
    if (!found) return undefined;
    const { bookingId, status, booked, steps } = found;
    const heldAt = steps.find((step) => step.status === 'open')?.at;
    const { hostUnitId, preparationAt, startsAt, endsAt, emergency } = booked;
    const hostUnit = (await this.#unitNames()).get(hostUnitId) ?? hostUnitId;
    return {
      ...{ bookingId, status, hostUnitId, hostUnit, preparationAt, startsAt, endsAt },
      ...(emergency ? { emergency: emergency.reason } : {}),
      ...(heldAt === undefined ? {} : { heldAt }),
    };
  }

  async #unitNames(): Promise<Map<string, string>> {
    const organisations = await this.#parts.store.organisations.list();
    return new Map(organisations.map(({ organisationId, name }) => [organisationId, name]));
  }

  async #carriers(): Promise<{ carrierId: string; carrier: string; lines: CarrierLine[] }[]> {
    const { store, directory } = this.#parts;
    const sites = await directory.list();
    const carriers = (await store.organisations.list()).filter(({ kind }) => kind === 'carrier');
    return carriers.map(({ organisationId, name }) => ({
      carrierId: organisationId,
      carrier: name,
      lines: sites.flatMap((site) =>
        site.line?.carrierId === organisationId ? [{ siteId: site.siteId, name: site.name, line: site.line }] : [],
      ),
    }));
  }

  /** Of ended meetings the means are kept: nothing of a line is measured afterwards. */
  async #measured(
    lines: readonly CarrierLine[],
    meetings: readonly MeetingFacts[],
  ): Promise<CarrierFacts['measuredOf']> {
    const own = new Set(lines.map(({ siteId }) => siteId));
    const measured = new Map<string, Measurement>();
    const wanted = meetings.flatMap((meeting) => {
      const kept = this.#kept.get(meeting.roomId)?.measured;
      return meeting.lines.flatMap(({ siteId, participantId, from, to }) => {
        const known = kept?.get(participantId);
        if (known) measured.set(`${meeting.roomId} ${participantId}`, known);
        return own.has(siteId) && !known ? [{ roomId: meeting.roomId, participantId, from, to, byMinute: true }] : [];
      });
    });
    for (let i = 0; i < wanted.length; i += AT_ONCE) {
      const some = wanted.slice(i, i + AT_ONCE);
      const found = await Promise.all(some.map((one) => this.#parts.samples.figures(one)));
      for (const [n, { samples }] of found.entries()) {
        const { roomId = '', participantId = '', to = 0 } = some[n] ?? {};
        const measurement = measurementOf(samples.flatMap(toMinute));
        measured.set(`${roomId} ${participantId}`, measurement);
        const isWritten = this.#parts.now() - to > WRITTEN_MS;
        if (isWritten) this.#kept.get(roomId)?.measured.set(participantId, measurement);
      }
    }
    return (roomId, participantId) => measured.get(`${roomId} ${participantId}`) ?? UNMEASURED;
  }

  #month(month: string): Between {
    const [year = 0, which = 1] = month.split('-').map(Number);
    const first = { year, month: which, day: 1 };
    const at = (day: typeof first) => momentOf(day, 0, this.#parts.timeZone);
    return { from: at(first), to: at(addDays(first, daysInMonth(year, which))) };
  }
}

type Sampled = Awaited<ReturnType<Samples['figures']>>['samples'][number];

/** Of what was judged of the whole line; its streams are not the carrier's. */
function toMinute({ at, stream, loss, jitterMs, roundTripMs }: Sampled): MeasuredMinute[] {
  const direction = stream === 'line up' ? 'up' : stream === 'line down' ? 'down' : undefined;
  if (!direction) return [];
  return [
    {
      ...{ at, direction },
      ...(typeof loss === 'number' ? { loss } : {}),
      ...(typeof jitterMs === 'number' ? { jitterMs } : {}),
      ...(typeof roundTripMs === 'number' ? { roundTripMs } : {}),
    },
  ];
}
