import { deadlinesOf } from '../meetings/deadlines.ts';
import type { Booking, Clash, DeskSettings } from '../protocol/bookings.ts';
import type { StoredBooking, TakenReservation } from '../store/index.ts';

// Bookings as the desk reads them. Pure.

/** With its deadlines. @param carrierAt when the carriers of its lines were told */
export function describeBooking(
  { booked, ...rest }: StoredBooking,
  carrierAt: number | undefined,
  settings: DeskSettings,
  clock: { now: number; timeZone: string },
): Booking {
  const told = { announcedAt: booked.announcedAt, carrierAt };
  return { ...booked, ...rest, deadlines: deadlinesOf(booked, told, settings, clock) };
}

/** Who would be in two meetings at once, by name. */
export function describeClash(
  { resource, booking: { bookingId, booked } }: TakenReservation,
  { desks, siteName }: Pick<DeskSettings, 'desks'> & { siteName: (id: string) => string },
): Clash {
  const [kind, id = ''] = resource.split(':');
  const { title, hostUnitId, preparationAt, startsAt, endsAt } = booked;
  const booking = { bookingId, title, hostUnitId, preparationAt, startsAt, endsAt };
  if (kind === 'site') return { resource: 'site', id, name: siteName(id), booking };
  return { resource: 'desk', id, name: desks.find(({ deskId }) => deskId === id)?.name ?? id, booking };
}
