import { reservationsOf } from '../../server/meetings/booking-rules.ts';
import type { StoredBooking } from '../../server/store/index.ts';

const HOUR = 3_600_000;
export const MONDAY = Date.UTC(2026, 10, 30, 1);

/** From `hour` on, for two hours, with one more before it to prepare. */
export function bookingAt(bookingId: string, hour: number, siteIds: string[], deskId = 'main'): StoredBooking {
  const startsAt = MONDAY + hour * HOUR;
  const times = { preparationAt: startsAt - HOUR, startsAt, endsAt: startsAt + 2 * HOUR };
  return {
    ...{ bookingId, status: 'requested', version: 1 },
    booked: { title: bookingId, hostUnitId: 'so-y-te', siteIds, deskId, ...times, announcedAt: MONDAY },
    steps: [{ status: 'requested', at: MONDAY, by: 'lan' }],
  };
}
export const reserved = (booking: StoredBooking) => ({ booking, reservations: reservationsOf(booking.booked) });
