import type { Book, Booking, ChangeBooking } from '../../server/protocol/bookings.ts';
import { nameSchema } from '../../server/protocol/records.ts';

/** A booking as it is typed; times as the clock on the wall shows them. Empty is absent. */
export interface BookingForm {
  title: string;
  hostUnitId: string;
  hostSiteId: string;
  /** `YYYY-MM-DD`. */
  date: string;
  /** `HH:MM`. An end before the opening is on the next day. */
  preparation: string;
  start: string;
  end: string;
  deskId: string;
  announced: string;
  siteIds: readonly string[];
  isEmergency: boolean;
  reason: string;
  repeat: 'no' | 'week' | 'twoWeeks' | 'month';
  times: string;
  note: string;
}
export type BookingField =
  | 'title'
  | 'hostUnitId'
  | 'date'
  | 'preparation'
  | 'start'
  | 'end'
  | 'siteIds'
  | 'reason'
  | 'times'
  | 'announced';

const DAY_MS = 86_400_000;

/** @param now in milliseconds since 1970; a new booking is for eight o'clock in a week */
export function formOf(booking: Booking | undefined, now: number): BookingForm {
  const more = { repeat: 'no' as const, times: '4' };
  if (!booking) {
    const times = { preparation: '07:30', start: '08:00', end: '10:00' };
    const empty = { title: '', hostUnitId: '', hostSiteId: '', deskId: 'main', announced: '', reason: '', note: '' };
    return { ...more, ...empty, ...times, date: dateOf(now + 7 * DAY_MS), siteIds: [], isEmergency: false };
  }
  return {
    ...more,
    title: booking.title,
    hostUnitId: booking.hostUnitId,
    hostSiteId: booking.hostSiteId ?? '',
    date: dateOf(booking.startsAt),
    preparation: timeOf(booking.preparationAt),
    start: timeOf(booking.startsAt),
    end: timeOf(booking.endsAt),
    deskId: booking.deskId,
    announced: dateOf(booking.announcedAt),
    siteIds: booking.siteIds,
    isEmergency: booking.emergency !== undefined,
    reason: booking.emergency?.reason ?? '',
    note: booking.note ?? '',
  };
}

/** The fields that would be refused. @param before of a booking that is changed */
export function wrongFields(form: BookingForm, now: number, before?: Booking): Set<BookingField> {
  const { preparationAt, startsAt, endsAt } = timesOf(form);
  const wrong = new Set<BookingField>();
  const check = (field: BookingField, isGood: boolean) => isGood || wrong.add(field);
  const earliest = Math.min(now, before?.startsAt ?? now);
  check('title', nameSchema.safeParse(form.title).success);
  check('hostUnitId', form.hostUnitId !== '');
  check('date', form.date !== '' && form.date >= dateOf(earliest));
  check('start', startsAt >= earliest - 60_000 || form.date < dateOf(earliest));
  check('preparation', preparationAt <= startsAt);
  check('end', endsAt > startsAt);
  check('siteIds', form.siteIds.length > 0);
  check('reason', !form.isEmergency || form.reason.trim() !== '');
  check('times', form.repeat === 'no' || (Number(form.times) >= 2 && Number(form.times) <= 60));
  check('announced', form.announced === '' || form.announced <= dateOf(now));
  return wrong;
}

/** What is sent; only good where no field is wrong. */
export function bookOf(form: BookingForm, before?: Booking): Book {
  const announcedAt = form.announced === '' ? undefined : momentOf(form.announced, '00:00');
  // The day alone is shown: unchanged, the time stays that was kept.
  const kept = before && dateOf(before.announcedAt) === form.announced ? before.announcedAt : announcedAt;
  const note = form.note.trim();
  return {
    title: form.title.trim(),
    hostUnitId: form.hostUnitId,
    ...(form.hostSiteId !== '' && form.siteIds.includes(form.hostSiteId) ? { hostSiteId: form.hostSiteId } : {}),
    siteIds: [...form.siteIds],
    deskId: form.deskId,
    ...timesOf(form),
    ...(form.isEmergency ? { emergency: { reason: form.reason.trim() } } : {}),
    ...(kept === undefined ? {} : { announcedAt: kept }),
    ...(note === '' ? {} : { note }),
    ...repeatOf(form),
  };
}

export function changeOf(form: BookingForm, before: Booking): ChangeBooking {
  const { repeat: _once, ...booked } = bookOf({ ...form, repeat: 'no' }, before);
  return { ...booked, version: before.version };
}

function timesOf({ date, preparation, start, end }: BookingForm) {
  const startsAt = momentOf(date, start);
  const endsAt = momentOf(date, end);
  return { preparationAt: momentOf(date, preparation), startsAt, endsAt: endsAt < startsAt ? endsAt + DAY_MS : endsAt };
}

function repeatOf({ repeat, times }: BookingForm): Pick<Book, 'repeat'> {
  if (repeat === 'no') return {};
  const every = repeat === 'month' ? 'month' : 'week';
  return { repeat: { every, interval: repeat === 'twoWeeks' ? 2 : 1, times: Number(times) } };
}

function momentOf(date: string, time: string): number {
  return new Date(`${date}T${time}`).getTime();
}

function dateOf(at: number): string {
  const day = new Date(at);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

function timeOf(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
