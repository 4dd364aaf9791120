import type { Logger } from 'pino';
import type { OpenRooms } from '../open-rooms.ts';
import type { Doer } from '../protocol/audit.ts';
import type { Booking, BookingEvent, Clash } from '../protocol/bookings.ts';
import type { Notice } from '../protocol/notices.ts';
import type { Room } from '../rooms.ts';
import type { Store } from '../store/index.ts';
import type { Directory } from './directory.ts';

export interface BookingParts {
  store: Pick<Store, 'bookings' | 'deskDocuments' | 'notices' | 'organisations' | 'log'>;
  rooms: OpenRooms;
  directory: Directory;
  logger: Logger;
  /** IANA name: which day it is, and what the clock shows. */
  timeZone: string;
  now: () => number;
}

/** Either what was booked, or who would be in two meetings at once. */
export type Outcome = { bookings: Booking[] } | { clashes: Clash[] };

/** Whoever follows the bookings. */
export interface BookingWatcher {
  happened(booking: Booking, event: BookingEvent): Promise<void>;
  /** Its room is there: for the rehearsal, or for the meeting. Told at once of those that are there already. */
  opened?(bookingId: string, room: Room): void;
}

/** What is done with a booking. */
export interface Act {
  event: BookingEvent;
  by: Doer;
  notices?: readonly Notice[];
}

/** What is sent with a step, in its transaction, and the version that this tells of. */
export interface Seen {
  version: number;
  notices: readonly Notice[];
}
