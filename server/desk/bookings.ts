import {
  auditOf,
  cancellationsOf,
  EVENT_OF_STEP,
  type Happened,
  invitationOf,
  noticesToPrograms,
  withdrawalsOf,
} from '../meetings/booking-events.ts';
import { idOfRequest, newBookingId } from '../meetings/booking-ids.ts';
import {
  faultOfBooked,
  isChangeable,
  isHolding,
  overlapsAmong,
  reservationsOf,
  statusAfter,
  statusAfterChange,
  statusWithoutRoom,
} from '../meetings/booking-rules.ts';
import { carrierToldAt } from '../meetings/carrier-notice.ts';
import { deadlinesOf } from '../meetings/deadlines.ts';
import { occurrencesOf } from '../meetings/recurrence.ts';
import type { Doer } from '../protocol/audit.ts';
import type {
  Book,
  Booked,
  Booking,
  BookingCheck,
  BookingEvent,
  ChangeBooking,
  Clash,
  DeskSettings,
  TakeStep,
} from '../protocol/bookings.ts';
import type { Notice } from '../protocol/notices.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Room } from '../rooms.ts';
import type { BookingQuery, BookingWrite, BookResult, StoredBooking, TakenReservation } from '../store/index.ts';
import type { Act, BookingParts, BookingWatcher, Outcome, Seen } from './booking-ports.ts';
import { describeBooking, describeClash } from './booking-views.ts';
import { readDeskSettings, writeDeskSettings } from './program-news.ts';

const SYSTEM: Doer = { username: 'system', ip: '' };

/**
 * The meetings that are booked, from the request to the report (REG-1 to REG-4, REG-19). What is open is tied to its live
 * meeting: it is opened and closed with it.
 */
export class Bookings {
  readonly #parts: BookingParts;
  readonly #watchers = new Set<BookingWatcher>();
  /** The rooms of those that are rehearsed or held now. */
  readonly #live = new Map<string, Room>();
  readonly #unwatch = new Set<() => void>();

  private constructor(parts: BookingParts) {
    this.#parts = parts;
  }

  /** Takes up the meetings that are rehearsed or held, and closes those that ended without it. Whoever opened it closes it. */
  static async open(parts: BookingParts): Promise<Bookings> {
    const bookings = new Bookings(parts);
    const ended = new Set((await parts.store.log.rooms()).flatMap((r) => (r.status === 'ended' ? [r.roomId] : [])));
    for (const { bookingId, roomId } of await parts.store.bookings.open()) {
      const room = roomId === undefined ? undefined : parts.rooms.get(roomId);
      if (room?.state.status === 'open') bookings.#follow(room, bookingId);
      else if (roomId === undefined || ended.has(roomId)) await bookings.#closeEnded(bookingId);
    }
    return bookings;
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  watch(watcher: BookingWatcher): void {
    this.#watchers.add(watcher);
    for (const [bookingId, room] of this.#live) watcher.opened?.(bookingId, room);
  }

  async settings(): Promise<DeskSettings> {
    return readDeskSettings(this.#parts.store.deskDocuments);
  }

  async saveSettings(settings: DeskSettings, by: Doer): Promise<DeskSettings> {
    await writeDeskSettings(this.#parts.store.deskDocuments, settings, by, this.#parts.now());
    return settings;
  }

  async list(wanted: BookingQuery): Promise<Booking[]> {
    return this.#describe(await this.#parts.store.bookings.list(wanted));
  }

  /** Throws `Refused` (`bookingUnknown`). */
  async find(bookingId: string): Promise<Booking> {
    const [booking] = await this.#describe([await this.#require(bookingId)]);
    if (!booking) throw new Refused('bookingUnknown', bookingId);
    return booking;
  }

  /** What a booking would mean, before it is saved. @param except the booking that is changed. Throws `Refused` as `add`. */
  async check(wanted: Book, except?: string): Promise<BookingCheck> {
    const { repeat, ...booked } = wanted;
    const { timeZone, now, store } = this.#parts;
    const before = except === undefined ? undefined : await store.bookings.find(except);
    const all = occurrencesOf(booked, repeat, timeZone);
    await this.#requireGood(booked, before?.booked.startsAt);
    if (overlapsAmong(all)) throw new Refused('malformed', 'repeat');
    const taken: TakenReservation[] = [];
    for (const one of all) taken.push(...(await store.bookings.taken(reservationsOf(one), except)));
    const told = { announcedAt: booked.announcedAt ?? now() };
    return {
      occurrences: all.map(({ preparationAt, startsAt, endsAt }) => ({ preparationAt, startsAt, endsAt })),
      deadlines: deadlinesOf(booked, told, await this.settings(), { now: now(), timeZone }),
      clashes: await this.#clashesOf(taken),
    };
  }

  /**
   * Throws `Refused`: `malformed` with the field, `siteUnknown`, `organisationUnknown`.
   * @param requestId names this very request: what it has booked before, also before a crash, is not booked again
   */
  async add(wanted: Book, by: Doer, requestId?: string): Promise<Outcome> {
    const { repeat, ...booked } = wanted;
    const at = this.#parts.now();
    const all = occurrencesOf(booked, repeat, this.#parts.timeZone);
    const idOf = (n: number) => (requestId === undefined ? newBookingId() : idOfRequest(requestId, n));
    const ids = all.map((_, n) => idOf(n));
    const earlier = requestId === undefined ? [] : await this.#foundOf(ids);
    if (earlier.length > 0) return { bookings: await this.#describe(earlier) };
    await this.#requireGood(booked);
    if (overlapsAmong(all)) throw new Refused('malformed', 'repeat');
    const seriesId = all.length > 1 ? { seriesId: idOf(all.length) } : {};
    const stored = all.map((one, n) => ({
      ...{ bookingId: ids[n] ?? newBookingId(), ...seriesId, status: 'requested' as const, version: 1 },
      booked: { ...one, announcedAt: one.announcedAt ?? at },
      steps: [{ status: 'requested' as const, at, by: by.username }],
    }));
    const written = await Promise.all(stored.map((booking) => this.#written(booking, { event: 'requested', by })));
    const outcome = await this.#outcome(await this.#parts.store.bookings.add(written), stored);
    if ('bookings' in outcome) for (const booking of outcome.bookings) await this.#tell(booking, 'requested');
    return outcome;
  }

  /** Throws `Refused`: as `add`, `bookingUnknown`, `bookingChanged`, `stepRefused` once it has begun. */
  async change(bookingId: string, { version, ...booked }: ChangeBooking, by: Doer): Promise<Outcome> {
    const before = await this.#require(bookingId);
    if (!isChangeable(before.status)) throw new Refused('stepRefused', before.status);
    if (before.version !== version) throw new Refused('bookingChanged', bookingId);
    await this.#requireGood(booked, before.booked.startsAt);
    const status = statusAfterChange(before.status);
    const after: StoredBooking = {
      ...{ ...before, status, version: version + 1 },
      booked: { ...booked, announcedAt: booked.announcedAt ?? before.booked.announcedAt },
      steps: [...before.steps, { status, at: this.#parts.now(), by: by.username, reason: 'changed' }],
    };
    const outcome = await this.#outcome(await this.#save(after, before, { event: 'changed', by }), [after]);
    if ('bookings' in outcome) {
      if (this.#live.has(bookingId)) await this.#inviteTo(after, by);
      await this.#tell(after, 'changed');
    }
    return outcome;
  }

  /** Throws `Refused`: `bookingUnknown`, `bookingChanged`, `stepRefused`, and what opening a room may be refused with. */
  async take(bookingId: string, { step, reason }: TakeStep, by: Doer, seen?: Seen): Promise<Booking> {
    const before = await this.#require(bookingId);
    if (seen && seen.version !== before.version) throw new Refused('bookingChanged', bookingId);
    const status = statusAfter({ ...before, emergency: before.booked.emergency }, step);
    if (status === undefined) throw new Refused('stepRefused', before.status);
    if (step === 'cancel' && reason === undefined) throw new Refused('malformed', 'reason');
    if ((step === 'open' || step === 'rehearse') && !this.#live.has(bookingId)) return this.#openRoom(before, step, by);
    const after = this.#stepped(before, status, by, reason);
    const result = await this.#save(after, before, { event: EVENT_OF_STEP[step], by, ...seen });
    if (result !== 'saved') throw refusedOf(result, bookingId);
    const isOver = step === 'close' || step === 'cancel';
    if (isOver && before.roomId !== undefined) await this.#endRoom(before.roomId);
    await this.#tell(after, EVENT_OF_STEP[step]);
    return this.find(bookingId);
  }

  /**
   * The room first: a booking never says that it is open while nobody can enter. A rehearsal is held in the meeting's own room,
   * so that its log has all of it.
   */
  async #openRoom(before: StoredBooking, step: 'open' | 'rehearse', by: Doer): Promise<Booking> {
    const { booked, bookingId } = before;
    const room = await this.#parts.rooms.create(booked.title);
    const status = step === 'open' ? 'open' : 'rehearsing';
    const after = { ...this.#stepped(before, status, by), roomId: room.roomId };
    const result = await this.#save(after, before, { event: EVENT_OF_STEP[step], by });
    if (result !== 'saved') {
      await this.#endRoom(room.roomId);
      throw refusedOf(result, bookingId);
    }
    this.#follow(room, bookingId);
    await this.#inviteTo(after, by);
    await this.#tell(after, EVENT_OF_STEP[step]);
    return this.find(bookingId);
  }

  async #inviteTo({ roomId, booked }: StoredBooking, by: Doer): Promise<void> {
    if (roomId === undefined) return;
    // Who was taken out of the directory meanwhile keeps nobody else waiting.
    const siteIds = this.#parts.directory.knownOf(booked.siteIds);
    const sites = siteIds.length;
    await this.#parts.directory.invite(roomId, siteIds, invitationOf(roomId, sites, by, this.#parts.now()));
  }

  async #endRoom(roomId: string): Promise<void> {
    const room = this.#parts.rooms.get(roomId);
    if (room?.state.status === 'open') await room.dispatch({ verb: 'endMeeting' }, 'system');
  }

  /** The meeting may also be ended at the console. */
  #follow(room: Room, bookingId: string): void {
    const close = () => {
      const closed = this.#closeEnded(bookingId);
      closed.catch((error: unknown) => this.#parts.logger.error({ err: error, bookingId }, 'a booking was not closed'));
    };
    const unwatch = room.watch({
      committed: ({ logged }) => logged.event.type === 'meetingEnded' && close(),
      notify: () => undefined,
      dismiss: () => undefined,
      // What still holds on to a room keeps all of its meeting in memory.
      closed: () => this.#unwatch.delete(unwatch),
    });
    this.#unwatch.add(unwatch);
    this.#live.set(bookingId, room);
    for (const watcher of this.#watchers) watcher.opened?.(bookingId, room);
  }

  async #closeEnded(bookingId: string): Promise<void> {
    this.#live.delete(bookingId);
    for (;;) {
      const before = await this.#parts.store.bookings.find(bookingId);
      const status = before && statusWithoutRoom(before);
      if (!before || status === undefined) return;
      const { roomId, ...rest } = this.#stepped(before, status, SYSTEM);
      const after = status === 'closed' && roomId !== undefined ? { ...rest, roomId } : rest;
      const event = status === 'closed' ? 'closed' : 'changed';
      const result = await this.#save(after, before, { event, by: SYSTEM });
      // Somebody has changed it in the same moment.
      if (result === 'bookingChanged') continue;
      return result === 'saved' ? this.#tell(after, event) : undefined;
    }
  }

  #stepped(before: StoredBooking, status: Booking['status'], by: Doer, reason?: string): StoredBooking {
    const step = { status, at: this.#parts.now(), by: by.username, ...(reason === undefined ? {} : { reason }) };
    return { ...before, status, steps: [...before.steps, step] };
  }

  async #save(after: StoredBooking, before: StoredBooking, act: Act): Promise<BookResult> {
    return this.#parts.store.bookings.change(await this.#written(after, act), before);
  }

  /** A booking with all that is stored in its transaction: whoever is told of it is told also after a crash. */
  async #written(booking: StoredBooking, { event, by, notices = [] }: Act): Promise<BookingWrite> {
    const reservations = isHolding(booking.status) ? reservationsOf(booking.booked) : [];
    const happened = { booking, event, by, at: this.#parts.now() };
    const programs = noticesToPrograms(happened, (await this.settings()).webhooks);
    const told = [...programs, ...(await this.#takenBack(happened, booking.booked)), ...notices];
    return { booking, reservations, note: auditOf(happened), notices: told };
  }

  /** Who was told of it and is not to come after all. */
  async #takenBack(happened: Happened, booked: Booked): Promise<Notice[]> {
    const { event, booking } = happened;
    if (event !== 'cancelled' && event !== 'changed') return [];
    const earlier = await this.#parts.store.notices.ofBooking(booking.bookingId);
    return event === 'cancelled' ? cancellationsOf(happened, earlier) : withdrawalsOf(happened, booked, earlier);
  }

  async #requireGood(booked: Booked, alreadyAt?: number): Promise<void> {
    const fault = faultOfBooked(booked, Math.min(this.#parts.now(), alreadyAt ?? Number.POSITIVE_INFINITY));
    if (fault) throw new Refused('malformed', fault);
    this.#parts.directory.requireSites(booked.siteIds);
    const organisations = await this.#parts.store.organisations.list();
    const host = organisations.find(({ organisationId }) => organisationId === booked.hostUnitId);
    if (host?.kind !== 'hostUnit') throw new Refused('organisationUnknown', booked.hostUnitId);
    const { desks } = await this.settings();
    if (!desks.some(({ deskId }) => deskId === booked.deskId)) throw new Refused('malformed', 'deskId');
  }

  async #foundOf(ids: readonly string[]): Promise<StoredBooking[]> {
    const found = await Promise.all(ids.map((id) => this.#parts.store.bookings.find(id)));
    return found.filter((booking) => booking !== undefined);
  }

  async #require(bookingId: string): Promise<StoredBooking> {
    const found = await this.#parts.store.bookings.find(bookingId);
    if (!found) throw new Refused('bookingUnknown', bookingId);
    return found;
  }

  async #outcome(result: BookResult, stored: readonly StoredBooking[]): Promise<Outcome> {
    if (result === 'saved') return { bookings: await this.#describe(stored) };
    if (typeof result === 'object') return { clashes: await this.#clashesOf(result.taken) };
    throw refusedOf(result, stored[0]?.bookingId ?? '');
  }

  async #describe(stored: readonly StoredBooking[]): Promise<Booking[]> {
    const { store, now, timeZone, directory } = this.#parts;
    const notices = await store.notices.ofBookings(stored.map(({ bookingId }) => bookingId));
    const [settings, known] = [await this.settings(), Map.groupBy(notices, ({ bookingId }) => bookingId)];
    return stored.map((one) => {
      const carriers = directory.carriersOf(one.booked.siteIds);
      const carrierAt = carrierToldAt(carriers, known.get(one.bookingId) ?? []);
      return describeBooking(one, carrierAt, settings, { now: now(), timeZone });
    });
  }

  async #clashesOf(taken: readonly TakenReservation[]): Promise<Clash[]> {
    const { desks } = await this.settings();
    return taken.map((one) => describeClash(one, { desks, siteName: (id) => this.#parts.directory.nameOf(id) }));
  }

  async #tell({ bookingId }: Pick<Booking, 'bookingId'>, event: BookingEvent): Promise<void> {
    const booking = await this.find(bookingId);
    for (const watcher of this.#watchers) await watcher.happened(booking, event);
  }
}

function refusedOf(result: BookResult, bookingId: string): Refused {
  return typeof result === 'object' || result === 'saved'
    ? new Refused('bookingClash')
    : new Refused(result, bookingId);
}
