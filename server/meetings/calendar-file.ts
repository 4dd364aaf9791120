import ical, { ICalAlarmType, ICalAttendeeRole, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { Notice } from '../protocol/notices.ts';
import { formatMoment, type Subject, valuesOf } from './notice-text.ts';

const PREPARATION = { vi: 'Chuẩn bị, kiểm tra kỹ thuật', en: 'Preparation and technical check' };

/**
 * The meeting as a calendar takes it (RFC 5545): the official time, with an alarm at the preparation time (REG-4). A later one
 * with the same UID replaces it; `CANCEL` takes it out (RFC 5546 3.2). Who is invited is its attendee, without whom a calendar
 * takes no `REQUEST` (3.2.2); for nobody in particular it is published.
 * @param office who invites: the address that the mails come from
 */
export function calendarFile(
  subject: Subject,
  { to, about, version }: Pick<Notice, 'to' | 'about' | 'version'>,
  now: number,
  office = 'noreply@rostrum.invalid',
): string {
  const { booking, language, timeZone } = subject;
  const values = valuesOf(subject, to);
  const isCancelled = about === 'cancellation';
  // RFC 5546 3.2.5: for who alone is not to come, it is not the event that is cancelled. Asked again, he gets a later one.
  const isLeft = isCancelled && booking.status !== 'cancelled';
  const change = (isLeft ? (version ?? booking.version) : booking.version) - 1;
  const isAsked = booking.status === 'requested';
  const held = isAsked ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED;
  const prodId = { company: 'Rostrum', product: 'Rostrum', language: language.toUpperCase() };
  const invited = to.address === undefined ? ICalCalendarMethod.PUBLISH : ICalCalendarMethod.REQUEST;
  const method = isCancelled ? ICalCalendarMethod.CANCEL : invited;
  const calendar = ical({ prodId, method });
  const event = calendar.createEvent({
    id: `${booking.bookingId}@rostrum`,
    sequence: change + (isCancelled && !isLeft ? 1 : 0),
    stamp: new Date(now),
    start: new Date(booking.startsAt),
    end: new Date(booking.endsAt),
    summary: booking.title,
    location: values.ownSites,
    description: `${PREPARATION[language]}: ${formatMoment(booking.preparationAt, language, timeZone)}\n${values.hostUnit}`,
    organizer: { name: values.office, email: office },
    status: isLeft ? null : isCancelled ? ICalEventStatus.CANCELLED : held,
  });
  if (to.address !== undefined) {
    // Nobody answers a summons of the office in his calendar.
    event.createAttendee({ name: to.name, email: to.address, role: ICalAttendeeRole.REQ, rsvp: false });
  }
  if (!isCancelled) {
    const trigger = Math.round((booking.startsAt - booking.preparationAt) / 1000);
    event.createAlarm({ type: ICalAlarmType.display, trigger, description: PREPARATION[language] });
  }
  return calendar.toString();
}
