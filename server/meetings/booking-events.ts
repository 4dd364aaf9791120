import { randomBytes } from 'node:crypto';
import type { AuditAct, AuditEntry, Doer } from '../protocol/audit.ts';
import type { Booked, Booking, BookingEvent, BookingStep, DeskSettings } from '../protocol/bookings.ts';
import type { Notice, NoticeAbout } from '../protocol/notices.ts';
import { isSameRecipient, type Recipient } from './recipients.ts';

/** What has become of a booking when a step was taken. */
export const EVENT_OF_STEP: Record<BookingStep, BookingEvent> = {
  confirm: 'confirmed',
  announce: 'announced',
  rehearse: 'rehearsing',
  open: 'opened',
  close: 'closed',
  report: 'reported',
  cancel: 'cancelled',
};
const ACTS: Record<BookingEvent, AuditAct> = {
  requested: 'bookingRequested',
  changed: 'bookingChanged',
  confirmed: 'bookingConfirmed',
  announced: 'bookingAnnounced',
  rehearsing: 'bookingRehearsed',
  opened: 'bookingOpened',
  closed: 'bookingClosed',
  reported: 'bookingReported',
  cancelled: 'bookingCancelled',
};
const ABOUTS: Partial<Record<BookingEvent, NoticeAbout>> = { changed: 'change', cancelled: 'cancellation' };

/** A booking to which something has just happened. */
export interface Happened {
  booking: Pick<Booking, 'bookingId' | 'version' | 'steps'> & { booked: Pick<Booked, 'title'> };
  event: BookingEvent;
  by: Doer;
  at: number;
}

export function auditOf({ booking, event, by, at }: Happened): AuditEntry {
  const reason = event === 'cancelled' ? booking.steps.at(-1)?.reason : undefined;
  const detail = { title: booking.booked.title, ...(reason === undefined ? {} : { reason }) };
  return { at, by: by.username, ...(by.ip ? { ip: by.ip } : {}), act: ACTS[event], about: booking.bookingId, detail };
}

export function invitationOf(roomId: string, sites: number, { username, ip }: Doer, at: number): AuditEntry {
  return { at, by: username, ...(ip ? { ip } : {}), act: 'sitesInvited', about: roomId, detail: { sites } };
}

/**
 * That it does not take place, for each mail that has told of it or may yet (REG-4): whether it has is looked at when its turn
 * comes (`hasHeard`).
 */
export function cancellationsOf(happened: Happened, earlier: readonly Notice[]): Notice[] {
  return toldOf(earlier).map((recipient) => cancellation(happened, recipient));
}

/** The same for whoever was told of sites alone that are in it no more: the technicians of these, and their lines' carriers. */
export function withdrawalsOf(
  happened: Happened,
  { siteIds }: Pick<Booked, 'siteIds'>,
  earlier: readonly Notice[],
): Notice[] {
  return toldOf(earlier).flatMap((recipient) => {
    const known = earlier.filter((notice) => isSameRecipient(notice, recipient)).flatMap(({ to }) => to.siteIds ?? []);
    if (known.length === 0 || known.some((siteId) => siteIds.includes(siteId))) return [];
    return [cancellation(happened, recipient)];
  });
}

/** Everybody to whom the last mail is not a cancellation, as that one had him. */
function toldOf(earlier: readonly Notice[]): Recipient[] {
  const told = earlier.filter(({ channel, deliveredAt, status }) => {
    return channel === 'email' && (deliveredAt !== undefined || status === 'queued');
  });
  const last = told.filter((notice, i) => told.findLastIndex((other) => isSameRecipient(other, notice)) === i);
  return last.filter(({ about }) => about !== 'cancellation');
}

function cancellation({ booking, by, at }: Happened, { audience, channel, to }: Recipient): Notice {
  return {
    noticeId: randomBytes(12).toString('base64url'),
    ...{ bookingId: booking.bookingId, version: booking.version, about: 'cancellation', audience, channel, to },
    ...{ by: by.username, createdAt: at, attempts: 0, status: 'queued', nextAt: at },
  };
}

/**
 * Whether this recipient may know of the meeting. An attempt is on record before it is made: also what a process sent that ended
 * right after it counts.
 */
export function hasHeard(recipient: Recipient, notices: readonly Notice[]): boolean {
  return notices.some((notice) => {
    if (notice.about === 'cancellation' || !isSameRecipient(notice, recipient)) return false;
    if (notice.status === 'failed') return notice.failure === 'superseded' && notice.attempts > 1;
    return notice.deliveredAt !== undefined || notice.attempts > 0;
  });
}

/** One for each program that wants to hear of this. */
export function noticesToPrograms({ booking, event, by, at }: Happened, webhooks: DeskSettings['webhooks']): Notice[] {
  const wanted = webhooks.filter(({ events }) => events.includes(event));
  return wanted.map(({ webhookId, url }) => ({
    noticeId: randomBytes(12).toString('base64url'),
    ...{ bookingId: booking.bookingId, version: booking.version },
    ...{ about: ABOUTS[event] ?? 'invitation', event, audience: 'program', channel: 'webhook' },
    to: { name: webhookId, address: url },
    ...{ by: by.username, createdAt: at, attempts: 0, status: 'queued', nextAt: at },
  }));
}
