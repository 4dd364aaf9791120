import type { Logger } from 'pino';
import type { LineTestDesk } from '../lines/line-tests.ts';
import { type Candidate, dueSites, isLeft, type RoundTime, roundTimeOf } from '../meetings/rehearsal-rounds.ts';
import type { Doer } from '../protocol/audit.ts';
import type { DeskSettings } from '../protocol/bookings.ts';
import type { SiteId } from '../protocol/ids.ts';
import type { RunningLineTest } from '../protocol/line-tests.ts';
import { Refused } from '../protocol/refusals.ts';
import type { FollowedRehearsal, Rehearsal, Round } from '../protocol/rehearsals.ts';
import type { Store, StoredBooking } from '../store/index.ts';
import type { Bookings } from './bookings.ts';
import type { Directory } from './directory.ts';
import type { Rehearsals } from './rehearsals.ts';

export interface RoundParts {
  store: Pick<Store, 'bookings' | 'rehearsals'>;
  bookings: Bookings;
  rehearsals: Rehearsals;
  directory: Directory;
  lineTests: Pick<LineTestDesk, 'start' | 'stop' | 'running' | 'isBusy'>;
  logger: Logger;
  now: () => number;
}

/** What is remembered of a site while its meeting is rehearsed. */
interface Course {
  isBusy: boolean;
  triedAt?: number;
  leftAt?: number;
}

const EVERY_MS = 3_000;
const MINUTE_MS = 60_000;
/** No booking is longer, from its preparation to its end. */
const MOST_MS = 3 * 86_400_000;
/** One test is left to whoever wants to try a line himself. */
const MOST_AT_ONCE = 2;
/** Who has begun a test that nobody has: the archive and the meeting's log say so (REG-12). */
const BY = 'rehearsal:';
const byOf = (bookingId: string) => `${BY}${bookingId}`;

/**
 * The codecs of a booked meeting, tried by themselves while it is rehearsed (REG-5): a few at a time, each by a call of the centre
 * (REG-12), which is kept as a line test by `rehearsal:BOOKING`. Owns its timer and the tests that it began.
 */
export class RehearsalRounds {
  readonly #parts: RoundParts;
  /** By booking and site; of the meetings that are rehearsed now. */
  #courses = new Map<string, Map<SiteId, Course>>();
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  start(): void {
    // Opened, put off or cancelled: who is being called is not to wait for the next look.
    this.#parts.bookings.watch({ happened: async () => void this.step() });
    this.#timer = setInterval(() => void this.step(), EVERY_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#last;
  }

  /** Throws `Refused` (`bookingUnknown`). */
  async of(bookingId: string): Promise<FollowedRehearsal> {
    const rehearsal = await this.#parts.rehearsals.of(bookingId);
    return { ...rehearsal, round: await this.#roundOf(await this.#require(bookingId), rehearsal) };
  }

  /**
   * Off for this meeting, and what runs of it is stopped; or on again. Throws `Refused`: `bookingUnknown`, `stepRefused` once it
   * has been opened.
   */
  async set(bookingId: string, on: boolean, by: Doer): Promise<void> {
    const booking = await this.#require(bookingId);
    const { store, now } = this.#parts;
    if (roundTimeOf(booking, now()) === 'over') throw new Refused('stepRefused', booking.status);
    const act = on ? 'selfTestsResumed' : 'selfTestsStopped';
    const detail = { title: booking.booked.title };
    const note = { at: now(), by: by.username, ip: by.ip, act, about: bookingId, detail } as const;
    await store.rehearsals.setStopped(bookingId, on ? undefined : { at: now(), by: by.username }, note);
    await this.step();
  }

  /** Looks once; one after the other. Never rejects. */
  step(): Promise<void> {
    const done = this.#last.then(() => this.#look());
    this.#last = done.catch((error: unknown) => this.#parts.logger.error({ err: error }, 'no site is tried by itself'));
    return this.#last.then(() => undefined);
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    const { store, bookings, now } = this.#parts;
    const settings = await bookings.settings();
    const near = await store.bookings.list({ from: now() - MOST_MS, to: now() + MOST_MS });
    const on: StoredBooking[] = [];
    for (const booking of near) if ((await this.#stateOf(booking, settings)) === 'on') on.push(booking);
    this.#stopOthers(new Set(on.map(({ bookingId }) => byOf(bookingId))));
    const known = on.map(({ bookingId }) => [bookingId, this.#courses.get(bookingId) ?? new Map()] as const);
    this.#courses = new Map(known);
    for (const booking of on) await this.#try(booking, settings);
  }

  /** Whose meeting was opened, put off or taken out. */
  #stopOthers(wanted: ReadonlySet<string>): void {
    for (const { testId, by } of this.#running()) if (!wanted.has(by)) this.#parts.lineTests.stop(testId);
  }

  async #try({ bookingId }: StoredBooking, { retestMinutes }: DeskSettings): Promise<void> {
    const { rehearsals, now, logger } = this.#parts;
    const { sites } = await rehearsals.of(bookingId);
    const candidates = await this.#candidatesOf(bookingId, sites);
    for (const siteId of dueSites(candidates, { now: now(), retryMs: retestMinutes * MINUTE_MS })) {
      if (this.#closed || this.#running().length >= MOST_AT_ONCE) return;
      try {
        await this.#parts.lineTests.start(siteId, 'codec', byOf(bookingId));
        this.#courseOf(bookingId, siteId).triedAt = now();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        // He is in a meeting by now, or was tried just now by someone else: it is his turn later.
        logger.debug({ site: siteId, code: error.refusal.code }, 'a site is not tried by itself yet');
      }
    }
  }

  async #candidatesOf(bookingId: string, sites: Rehearsal['sites']): Promise<Candidate[]> {
    const known = new Map((await this.#parts.directory.list()).map((site) => [site.siteId, site]));
    return sites.map(({ siteId, tests }) => {
      const site = known.get(siteId);
      const course = this.#follow(bookingId, siteId);
      const { registered, sip } = site ?? {};
      const canBeCalled = sip?.address !== undefined || registered !== undefined;
      return { siteId, tests, canBeCalled, registeredSince: registered?.since, ...course };
    });
  }

  #follow(bookingId: string, siteId: SiteId): Course {
    const course = this.#courseOf(bookingId, siteId);
    const isBusy = this.#parts.lineTests.isBusy(siteId);
    if (course.isBusy && !isBusy) course.leftAt = this.#parts.now();
    course.isBusy = isBusy;
    return course;
  }

  #courseOf(bookingId: string, siteId: SiteId): Course {
    const courses = this.#courses.get(bookingId) ?? new Map<SiteId, Course>();
    this.#courses.set(bookingId, courses);
    const course = courses.get(siteId) ?? { isBusy: false };
    courses.set(siteId, course);
    return course;
  }

  #running(): RunningLineTest[] {
    return this.#parts.lineTests.running.filter(({ by }) => by.startsWith(BY));
  }

  async #stateOf(booking: StoredBooking, { selfTest }: DeskSettings): Promise<Round['state']> {
    const { store, now } = this.#parts;
    const time: RoundTime = roundTimeOf(booking, now());
    if (time === 'over') return 'over';
    if (!selfTest) return 'off';
    if (await store.rehearsals.stopped(booking.bookingId)) return 'stopped';
    return time === 'ahead' ? 'ahead' : 'on';
  }

  async #roundOf(booking: StoredBooking, { sites }: Rehearsal): Promise<Round> {
    const { bookingId, booked } = booking;
    const candidates = await this.#candidatesOf(bookingId, sites);
    const running = this.#running().filter(({ by }) => by === byOf(bookingId));
    return {
      state: await this.#stateOf(booking, await this.#parts.bookings.settings()),
      beginsAt: booked.preparationAt,
      trying: running.flatMap(({ siteId }) => (siteId === undefined ? [] : [siteId])),
      left: candidates.filter(isLeft).length,
    };
  }

  async #require(bookingId: string): Promise<StoredBooking> {
    const booking = await this.#parts.store.bookings.find(bookingId);
    if (!booking) throw new Refused('bookingUnknown', bookingId);
    return booking;
  }
}
