import type { Booking, Clash } from '../../protocol/bookings.ts';
import { Refused } from '../../protocol/refusals.ts';
import { type BookingPerson, choicesOf, clashFor, requireChangeable, requireOwn } from '../booking-people.ts';
import type { ApiParts, BookingOutcome } from '../ports.ts';
import type { Answer } from './answers.ts';
import { requireTag } from './etags.ts';
import type { Handlers } from './handlers.ts';
import { keyOfMark, markOf, timeKey } from './pages.ts';
import { Explained } from './problems.ts';

const MOST_MS = 2 * 366 * 86_400_000;

type BookingOperations =
  | 'listChoices'
  | 'listBookings'
  | 'book'
  | 'checkBooking'
  | 'readBooking'
  | 'changeBooking'
  | 'confirmBooking'
  | 'cancelBooking'
  | 'announceBooking'
  | 'listNotices'
  | 'readCalendar';

/** A province's calendar books (REG-1 to REG-4). A token of a host unit sees and asks for that unit's meetings alone. */
export function answerBookings(parts: ApiParts): Pick<Handlers, BookingOperations> {
  const { bookings, notices } = parts;
  const own = async (program: BookingPerson, bookingId: string): Promise<Booking> => {
    const booking = await bookings.find(bookingId);
    requireOwn(program, booking.hostUnitId);
    return booking;
  };
  return {
    listChoices: async ({ program }) => ({ status: 200, body: await choicesOf(parts, program) }),
    listBookings: async ({ program, query }) => {
      const { from, to, after, limit } = query;
      if (from >= to || to - from > MOST_MS) throw new Refused('malformed', 'to');
      const found = await bookings.list({
        ...{ from, to, most: limit + 1 },
        ...(program.unit === undefined ? {} : { hostUnitId: program.unit }),
        ...(after === undefined ? {} : { after: placeOf(after) }),
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = last && found.length > limit ? { next: markOf(timeKey(last.startsAt, last.bookingId)) } : {};
      return { status: 200, body: { bookings: page, ...next } };
    },
    book: async ({ program, body, requestId }) => {
      requireOwn(program, body.hostUnitId);
      return { status: 201, body: { bookings: booked(await bookings.add(body, program.by, requestId), program) } };
    },
    checkBooking: async ({ program, body }) => {
      const check = await bookings.check(body);
      return { status: 200, body: { ...check, clashes: check.clashes.map((clash) => clashFor(program, clash)) } };
    },
    readBooking: async ({ program, bookingId }) => tagged(await own(program, bookingId)),
    changeBooking: async ({ program, bookingId, body, ifMatch }) => {
      const before = await own(program, bookingId);
      requireChangeable(program, before);
      requireOwn(program, body.hostUnitId);
      requireTag(etagOf(before), ifMatch, bookingId);
      const outcome = await bookings.change(bookingId, { ...body, version: before.version }, program.by);
      const [after] = booked(outcome, program);
      if (!after) throw new Refused('bookingUnknown', bookingId);
      return tagged(after);
    },
    confirmBooking: async ({ program, bookingId, requestId }) => {
      const before = await own(program, bookingId);
      if (requestId !== undefined && hasDone(program, before, 'confirmed')) return tagged(before);
      return tagged(await bookings.take(bookingId, { step: 'confirm' }, program.by));
    },
    cancelBooking: async ({ program, bookingId, body, requestId }) => {
      const before = await own(program, bookingId);
      if (requestId !== undefined && hasDone(program, before, 'cancelled')) return tagged(before);
      requireChangeable(program, before);
      return tagged(await bookings.take(bookingId, { step: 'cancel', reason: body.reason }, program.by));
    },
    announceBooking: async ({ program, bookingId }) => ({
      status: 200,
      body: await notices.announce(bookingId, program.by),
    }),
    listNotices: async ({ program, bookingId }) => {
      await own(program, bookingId);
      return { status: 200, body: await notices.list(bookingId) };
    },
    readCalendar: async ({ program, bookingId }) => {
      await own(program, bookingId);
      return { status: 200, text: await notices.calendar(bookingId) };
    },
  };
}

/**
 * A request with a key that comes again after a crash has been performed, though nobody remembers its answer: this program's was
 * the last step.
 */
function hasDone({ by }: BookingPerson, { steps }: Booking, status: Booking['status']): boolean {
  const last = steps.at(-1);
  return last?.status === status && last.by === by.username;
}

/** Throws `Explained` with every clash. */
function booked(outcome: BookingOutcome, person: BookingPerson): Booking[] {
  if ('bookings' in outcome) return outcome.bookings;
  const clashes = outcome.clashes.map((clash) => clashFor(person, clash));
  const [first] = clashes;
  throw new Explained('bookingClash', first && `${first.name}: ${first.booking.title}`, {
    clashes,
    faults: [...new Set(clashes.map(fieldOf))].map((field) => ({ field, rule: 'REG-2' })),
  });
}

const fieldOf = ({ resource }: Clash) => (resource === 'desk' ? 'deskId' : 'siteIds');

/** Strong (RFC 9110 8.8.1): another one after each change and each step. */
function etagOf({ version, steps }: Booking): string {
  return `"${version}-${steps.length}"`;
}

function tagged(booking: Booking): Answer {
  return { status: 200, body: booking, etag: etagOf(booking) };
}

function placeOf(mark: string): { startsAt: number; bookingId: string } {
  const [, at, bookingId] = /^(\d{16}) ([\w-]{1,64})$/.exec(keyOfMark(mark)) ?? [];
  if (at === undefined || bookingId === undefined) throw new Refused('malformed', 'after');
  return { startsAt: Number(at), bookingId };
}
