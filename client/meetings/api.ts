import { z } from 'zod';
import {
  type Book,
  type Booking,
  type BookingCheck,
  type BookingChoices,
  bookingCheckSchema,
  bookingChoicesSchema,
  bookingSchema,
  type ChangeBooking,
  type DeskSettings,
  deskSettingsSchema,
  type TakeStep,
} from '../../server/protocol/bookings.ts';
import {
  type DirectoryChange,
  directoryChangeSchema,
  type ImportReport,
  importReportSchema,
  type Organisation,
  organisationSchema,
  type SaveOrganisation,
  type SheetFormat,
} from '../../server/protocol/directory.ts';
import { noticeSchema, type RecordNotice, type Templates, templatesSchema } from '../../server/protocol/notices.ts';
import { callApi } from '../session/api.ts';

// Every call throws `Refused`.

const bookingsSchema = z.object({ bookings: z.array(bookingSchema) });
const organisationsSchema = z.object({ organisations: z.array(organisationSchema) });
const changesSchema = z.object({ changes: z.array(directoryChangeSchema) });
const noticeListSchema = z.object({
  notices: z.array(noticeSchema),
  byHand: z.array(noticeSchema.pick({ audience: true, channel: true, to: true })),
});
export type NoticeList = z.infer<typeof noticeListSchema>;

const of = (bookingId: string) => `/bookings/${encodeURIComponent(bookingId)}`;

export async function listBookings(from: number, to: number): Promise<Booking[]> {
  return (await callApi({ path: `/bookings?from=${from}&to=${to}`, answer: bookingsSchema })).bookings;
}

/** What a booking may name. */
export function readChoices(): Promise<BookingChoices> {
  return callApi({ path: '/bookings/choices', answer: bookingChoicesSchema });
}

/** @param except the booking that is changed */
export function checkBooking(book: Book, except?: string): Promise<BookingCheck> {
  const query = except === undefined ? '' : `?except=${encodeURIComponent(except)}`;
  return callApi({ method: 'POST', path: `/bookings/check${query}`, body: book, answer: bookingCheckSchema });
}

export async function addBooking(book: Book): Promise<Booking[]> {
  return (await callApi({ method: 'POST', path: '/bookings', body: book, answer: bookingsSchema })).bookings;
}

export function changeBooking(bookingId: string, change: ChangeBooking): Promise<Booking> {
  return callApi({ method: 'PUT', path: of(bookingId), body: change, answer: bookingSchema });
}

export function takeStep(bookingId: string, step: TakeStep): Promise<Booking> {
  return callApi({ method: 'POST', path: `${of(bookingId)}/steps`, body: step, answer: bookingSchema });
}

export function readDeskSettings(): Promise<DeskSettings> {
  return callApi({ path: '/desk-settings', answer: deskSettingsSchema });
}

export function saveDeskSettings(body: DeskSettings): Promise<DeskSettings> {
  return callApi({ method: 'PUT', path: '/desk-settings', body, answer: deskSettingsSchema });
}

export function readTemplates(): Promise<Templates> {
  return callApi({ path: '/notice-templates', answer: templatesSchema });
}

export function saveTemplates(body: Templates): Promise<Templates> {
  return callApi({ method: 'PUT', path: '/notice-templates', body, answer: templatesSchema });
}

export function listNotices(bookingId: string): Promise<NoticeList> {
  return callApi({ path: `${of(bookingId)}/notices`, answer: noticeListSchema });
}

export function announce(bookingId: string): Promise<NoticeList> {
  return callApi({ method: 'POST', path: `${of(bookingId)}/announce`, answer: noticeListSchema });
}

export function recordNotice(bookingId: string, told: RecordNotice): Promise<NoticeList> {
  return callApi({ method: 'POST', path: `${of(bookingId)}/notices`, body: told, answer: noticeListSchema });
}

export async function retryNotice(noticeId: string): Promise<void> {
  await callApi({ method: 'POST', path: `/notices/${encodeURIComponent(noticeId)}/retry`, answer: z.unknown() });
}

export async function listOrganisations(): Promise<Organisation[]> {
  return (await callApi({ path: '/organisations', answer: organisationsSchema })).organisations;
}

/** @param id of the organisation that is changed; without one it is added */
export function saveOrganisation(body: SaveOrganisation, id?: string): Promise<Organisation> {
  const path = id === undefined ? '/organisations' : `/organisations/${encodeURIComponent(id)}`;
  return callApi({ method: id === undefined ? 'POST' : 'PUT', path, body, answer: organisationSchema });
}

export async function removeOrganisation(id: string): Promise<void> {
  await callApi({ method: 'DELETE', path: `/organisations/${encodeURIComponent(id)}`, answer: z.unknown() });
}

export async function listChanges(subject: string): Promise<DirectoryChange[]> {
  const path = `/directory/changes?subject=${encodeURIComponent(subject)}`;
  return (await callApi({ path, answer: changesSchema })).changes;
}

/** A dry run unless `save`. */
export function importSites(file: Blob, format: SheetFormat, save: boolean): Promise<ImportReport> {
  const path = `/sites/sheet?format=${format}&save=${save}`;
  return callApi({ method: 'POST', path, file, answer: importReportSchema });
}
