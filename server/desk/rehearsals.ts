import type { Logger } from 'pino';
import {
  dueAtOf,
  phaseOf,
  type Seen,
  saveChecklist,
  withLineTest,
  withSeen,
  withTested,
} from '../meetings/rehearsal-rules.ts';
import type { Second } from '../monitor/room-monitor.ts';
import type { AuditEntry, Doer } from '../protocol/audit.ts';
import type { Booking } from '../protocol/bookings.ts';
import { participantIdOfSite, type RoomId, type SiteId } from '../protocol/ids.ts';
import type { Notice } from '../protocol/media.ts';
import { Refused } from '../protocol/refusals.ts';
import {
  type Rehearsal,
  type SaveChecklist,
  type SiteDuty,
  type SiteRehearsal,
  type SiteTested,
  siteRehearsalSchema,
} from '../protocol/rehearsals.ts';
import { lacksOf, noRehearsal } from '../room/rehearsal.ts';
import type { Room } from '../rooms.ts';
import type { Store, StoredBooking } from '../store/index.ts';
import type { Bookings } from './bookings.ts';
import type { Directory } from './directory.ts';

export interface RehearsalParts {
  store: Pick<Store, 'bookings' | 'rehearsals' | 'lineTests'>;
  bookings: Bookings;
  directory: Directory;
  logger: Logger;
  now: () => number;
}

/** A booked meeting whose room is there, and what is measured in it. */
interface Live {
  bookingId: string;
  room: Room;
  unwatch(): void;
  levels: Record<string, number>;
  second: Second | undefined;
}

const EVERY_MS = 3_000;
const DAY_MS = 86_400_000;

/**
 * The rehearsals of the booked meetings, and the checks at their end (REG-5, REG-6, REG-13). What is known of a site is kept by
 * its booking; while the meeting's room is there, its log has every change. Owns its timer.
 */
export class Rehearsals {
  readonly #parts: RehearsalParts;
  readonly #live = new Map<RoomId, Live>();
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: RehearsalParts) {
    this.#parts = parts;
  }

  start(): void {
    const { bookings } = this.#parts;
    bookings.watch({
      happened: async (booking) => {
        const live = [...this.#live.values()].find(({ bookingId }) => bookingId === booking.bookingId);
        if (live) await this.#serially(() => this.#prepare(live.room, booking.bookingId));
      },
      opened: (bookingId, room) => this.#follow(bookingId, room),
    });
    this.#timer = setInterval(() => this.#inTurn(() => this.#look()), EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const { unwatch } of this.#live.values()) unwatch();
    this.#live.clear();
    await this.#last;
  }

  /** Throws `Refused` (`bookingUnknown`). */
  async of(bookingId: string): Promise<Rehearsal> {
    const booking = await this.#require(bookingId);
    const { booked } = booking;
    const known = await this.#serially(() => this.#known(booking, booked.siteIds));
    const waived = booked.emergency !== undefined;
    const sites = known.map((site) => {
      const lacks = waived ? [] : lacksOf(site);
      return { ...site, name: this.#parts.directory.nameOf(site.siteId), lacks };
    });
    const dueAt = dueAtOf(booked, await this.#parts.bookings.settings());
    return { bookingId, startsAt: booked.startsAt, dueAt, waived, sites };
  }

  /** What this site has to do for the meetings of these days. */
  async dutiesOf(siteId: SiteId): Promise<SiteDuty[]> {
    const { store, now } = this.#parts;
    const between = { from: now() - 2 * DAY_MS, to: now() + 3 * DAY_MS };
    const own = (await store.bookings.list(between)).filter(({ booked }) => booked.siteIds.includes(siteId));
    const duties = await Promise.all(own.map((booking) => this.#dutyOf(booking, siteId)));
    return duties.filter(({ phase }) => phase !== undefined);
  }

  /** Throws `Refused`: `bookingUnknown`, `siteUnknown`, `stepRefused`, `malformed` with the field. */
  async save(bookingId: string, siteId: SiteId, wanted: SaveChecklist, doer: Doer): Promise<SiteDuty> {
    const booking = await this.#require(bookingId, siteId);
    const at = this.#parts.now();
    const { status, booked } = booking;
    if (phaseOf({ ...booked, status }, at) !== wanted.phase) throw new Refused('stepRefused', status);
    const change = (before: SiteRehearsal) => {
      const saved = saveChecklist(before, wanted, { at, by: doer.username });
      if ('wrong' in saved) throw new Refused('malformed', saved.wrong);
      return saved;
    };
    const note = wanted.signedBy === undefined ? undefined : this.#noteOf(booking, siteId, wanted, doer, at);
    await this.#serially(() => this.#update(bookingId, siteId, change, note));
    return this.#dutyOf(booking, siteId);
  }

  /** What the site's own page has tried. Throws as `save`. */
  async tested(bookingId: string, siteId: SiteId, tested: SiteTested): Promise<SiteDuty> {
    const booking = await this.#require(bookingId, siteId);
    const at = this.#parts.now();
    const { status, booked } = booking;
    if (phaseOf({ ...booked, status }, at) !== 'rehearsal') throw new Refused('stepRefused', status);
    await this.#serially(() => this.#update(bookingId, siteId, (before) => withTested(before, tested, at)));
    return this.#dutyOf(booking, siteId);
  }

  /** What was measured of a room's lines. */
  measured(roomId: RoomId, second: Second): void {
    const live = this.#live.get(roomId);
    if (live) live.second = second;
  }

  #follow(bookingId: string, room: Room): void {
    const live: Live = { bookingId, room, levels: {}, second: undefined, unwatch: () => undefined };
    live.unwatch = room.watch({
      committed: ({ logged }) => logged.event.type === 'meetingEnded' && this.#forget(room.roomId),
      notify: (_participantId, notice: Notice) => {
        if (notice.notice === 'levels') live.levels = notice.levels;
      },
      dismiss: () => undefined,
      closed: () => this.#forget(room.roomId),
    });
    this.#live.set(room.roomId, live);
    this.#inTurn(() => this.#prepare(room, bookingId));
  }

  #forget(roomId: RoomId): void {
    this.#live.get(roomId)?.unwatch();
    this.#live.delete(roomId);
  }

  /** The room is told whose it is, and what was tested before it was there. */
  async #prepare(room: Room, bookingId: string): Promise<void> {
    const booking = await this.#require(bookingId);
    const { booked } = booking;
    if (booked.emergency) return;
    const dueAt = dueAtOf(booked, await this.#parts.bookings.settings());
    await room.dispatch({ verb: 'prepareRehearsal', bookingId, startsAt: booked.startsAt, dueAt }, 'system');
    for (const site of await this.#parts.store.rehearsals.ofBooking(bookingId)) {
      if (booked.siteIds.includes(site.siteId)) room.report({ verb: 'recordRehearsal', site });
    }
  }

  /** What the server itself sees in the rooms by now, and what is lacking where the time is up. */
  async #look(): Promise<void> {
    for (const live of this.#live.values()) {
      const { bookingId, room } = live;
      const { rehearsal } = room.state;
      if (!rehearsal || room.state.status !== 'open') continue;
      const booking = await this.#require(bookingId);
      const at = this.#parts.now();
      for (const siteId of booking.booked.siteIds) {
        const seen = seenOf(live, siteId);
        const change = (before: SiteRehearsal) => (seen ? withSeen(before, seen, at) : before);
        const before = rehearsal.sites[siteId] ?? noRehearsal(siteId);
        if (change(before) !== before) await this.#update(bookingId, siteId, change);
      }
      const known = await this.#known(booking, booking.booked.siteIds);
      if (at < rehearsal.dueAt || rehearsal.lacking) continue;
      const lacking = known.map((site) => ({ siteId: site.siteId, lacks: lacksOf(site) }));
      room.report({ verb: 'fallDue', lacking: lacking.filter(({ lacks }) => lacks.length > 0) });
    }
  }

  /** Of these sites of the booking, with the last test of their lines. One at a time, as everything that writes. */
  async #known({ bookingId, booked }: StoredBooking, siteIds: readonly SiteId[]): Promise<SiteRehearsal[]> {
    const { store, directory } = this.#parts;
    const stored = new Map((await store.rehearsals.ofBooking(bookingId)).map((site) => [site.siteId, site]));
    const [only] = siteIds;
    const latest =
      siteIds.length === 1 && only !== undefined ? store.lineTests.ofSite(only, 1) : store.lineTests.latest();
    const tests = new Map((await latest).map((one) => [one.siteId, one]));
    const sites: SiteRehearsal[] = [];
    for (const siteId of siteIds) {
      const before = stored.get(siteId) ?? noRehearsal(siteId);
      const after = withLineTest(before, tests.get(siteId), directory.lineOf(siteId) ?? {}, booked);
      if (after !== before) await this.#keep(bookingId, after);
      sites.push(after);
    }
    return sites;
  }

  async #dutyOf(booking: StoredBooking, siteId: SiteId): Promise<SiteDuty> {
    const { bookings, directory, now } = this.#parts;
    const { bookingId, status, booked } = booking;
    const { title, preparationAt, startsAt, endsAt } = booked;
    const [site = noRehearsal(siteId)] = await this.#serially(() => this.#known(booking, [siteId]));
    const phase = phaseOf({ ...booked, status }, now());
    const technicians = (await directory.list()).find((one) => one.siteId === siteId)?.technicians ?? [];
    return {
      ...{ bookingId, title, status, preparationAt, startsAt, endsAt, site, lacks: lacksOf(site) },
      dueAt: dueAtOf(booked, await bookings.settings()),
      ...(phase ? { phase } : {}),
      technicians: technicians.map(({ name }) => name),
    };
  }

  async #update(
    bookingId: string,
    siteId: SiteId,
    change: (before: SiteRehearsal) => SiteRehearsal,
    note?: AuditEntry,
  ): Promise<void> {
    const stored = await this.#parts.store.rehearsals.ofBooking(bookingId);
    const before = stored.find((one) => one.siteId === siteId) ?? noRehearsal(siteId);
    const after = change(before);
    if (after !== before) await this.#keep(bookingId, after, note);
  }

  async #keep(bookingId: string, changed: SiteRehearsal, note?: AuditEntry): Promise<void> {
    const site = siteRehearsalSchema.parse(changed);
    await this.#parts.store.rehearsals.save(bookingId, site, this.#parts.now(), note);
    for (const live of this.#live.values()) {
      if (live.bookingId === bookingId) live.room.report({ verb: 'recordRehearsal', site });
    }
  }

  #noteOf(booking: StoredBooking, siteId: SiteId, wanted: SaveChecklist, doer: Doer, at: number): AuditEntry {
    const act = wanted.phase === 'rehearsal' ? 'rehearsalSigned' : 'closingSigned';
    const detail = { title: booking.booked.title, siteId, name: wanted.signedBy ?? '' };
    return { at, by: doer.username, ip: doer.ip, act, about: booking.bookingId, detail };
  }

  /** Throws `Refused`: `bookingUnknown`, and `siteUnknown` for a site that is not in it. */
  async #require(bookingId: Booking['bookingId'], siteId?: SiteId): Promise<StoredBooking> {
    const booking = await this.#parts.store.bookings.find(bookingId);
    if (!booking) throw new Refused('bookingUnknown', bookingId);
    if (siteId !== undefined && !booking.booked.siteIds.includes(siteId)) throw new Refused('siteUnknown', siteId);
    return booking;
  }

  #inTurn(step: () => Promise<void>): void {
    this.#serially(step).catch((error: unknown) =>
      this.#parts.logger.error({ err: error }, 'a rehearsal is not followed'),
    );
  }

  #serially<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Of a site that is in the room, by its computer or by a call. */
function seenOf({ room, levels, second }: Live, siteId: SiteId): Seen | undefined {
  const id = participantIdOfSite(siteId);
  const participant = room.state.participants[id];
  if (participant?.presence !== 'present') return undefined;
  const line = second?.lines.get(id);
  const sends = (second?.samples ?? []).some(
    (one) =>
      one.participantId === id && one.direction === 'up' && one.stream?.source === 'camera' && (one.kbps ?? 0) > 0,
  );
  return {
    way: participant.kind === 'sip' ? 'call' : 'browser',
    levelDb: levels[id],
    roundTripMs: line?.up.roundTripMs ?? line?.down.roundTripMs,
    picture: sends,
  };
}
