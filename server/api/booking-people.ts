import type { Request } from 'express';
import { mayAtDesk } from '../accounts/policy.ts';
import type { Doer } from '../protocol/audit.ts';
import type { Booking, BookingChoices, BookingStatus, Clash } from '../protocol/bookings.ts';
import { Refused } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** Who asks for a meeting or reads of it. With `unit`: of the meetings of that host unit alone (REG-1, REG-19). */
export interface BookingPerson {
  by: Doer;
  unit?: string;
}

/** Throws `Refused` (`notPermitted`) for what is another unit's. */
export function requireOwn({ unit }: BookingPerson, hostUnitId: string): void {
  if (unit !== undefined && unit !== hostUnitId) throw new Refused('notPermitted', 'hostUnitId');
}

/** Who is in another meeting at that time is everyone's to know; which meeting it is, its own unit's. */
export function clashFor({ unit }: BookingPerson, clash: Clash): Clash {
  if (unit === undefined || unit === clash.booking.hostUnitId) return clash;
  return { ...clash, booking: { ...clash.booking, title: '' } };
}

/** What only the office changes. Later, nobody does: the booking's own rules say so. */
const CONFIRMED: ReadonlySet<BookingStatus> = new Set(['confirmed', 'announced', 'rehearsing']);

/** The office changes what it likes; a unit what it has asked for, until that is confirmed. Throws `Refused` (`notPermitted`). */
export function requireChangeable(person: BookingPerson, { hostUnitId, status }: Booking): void {
  requireOwn(person, hostUnitId);
  if (person.unit !== undefined && CONFIRMED.has(status)) throw new Refused('notPermitted', status);
}

/** What a booking may name. A host unit is told no more of a site than what it is called. */
export async function choicesOf(
  { bookings, organisations, directory }: Pick<ApiParts, 'bookings' | 'organisations' | 'directory'>,
  { unit }: BookingPerson,
): Promise<BookingChoices> {
  const { desks } = await bookings.settings();
  const units = (await organisations.list()).filter(({ kind }) => kind === 'hostUnit');
  const own = unit === undefined ? units : units.filter(({ organisationId }) => organisationId === unit);
  const sites = (await directory.list()).map(({ siteId, name, unit: office }) => {
    return { siteId, name, ...(office === undefined ? {} : { unit: office }) };
  });
  return { desks, sites, hostUnits: own.map(({ organisationId, name }) => ({ organisationId, name })) };
}

/** Who may what with bookings at the desk: the office everyone's, a host unit its own, until they are confirmed. */
export class BookingPeople {
  readonly #sessions: Sessions;
  readonly #bookings: ApiParts['bookings'];

  constructor({ bookings }: Pick<ApiParts, 'bookings'>, sessions: Sessions) {
    this.#sessions = sessions;
    this.#bookings = bookings;
  }

  async reader(request: Request): Promise<BookingPerson> {
    const { account, by } = await this.#sessions.requireOwn(request);
    if (mayAtDesk(account.roles, 'readMeetings')) return { by };
    await this.#sessions.require(request, 'requestMeetings');
    return { by, unit: account.hostUnit ?? '' };
  }

  async requester(request: Request): Promise<BookingPerson> {
    const { account, by } = await this.#sessions.require(request, 'requestMeetings');
    return mayAtDesk(account.roles, 'runMeetings') ? { by } : { by, unit: account.hostUnit ?? '' };
  }

  /** A booking that he may read. */
  async read(request: Request, bookingId: string): Promise<Booking> {
    const person = await this.reader(request);
    const booking = await this.#bookings.find(bookingId);
    requireOwn(person, booking.hostUnitId);
    return booking;
  }

  /** Of a booking that he may change or withdraw. */
  async changer(request: Request, bookingId: string): Promise<BookingPerson> {
    const person = await this.requester(request);
    if (person.unit !== undefined) requireChangeable(person, await this.#bookings.find(bookingId));
    return person;
  }
}
