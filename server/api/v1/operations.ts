import { z } from 'zod';
import {
  addSiteSchema,
  apiSiteSchema,
  bookedSchema,
  bookingsPageSchema,
  bookingsQuerySchema,
  cancelBookingSchema,
  changeSiteSchema,
  importQuerySchema,
  languageQuerySchema,
  meetingsPageSchema,
  noticesSchema,
  ownTokenSchema,
  pageQuerySchema,
  recordingsPageSchema,
  replaceBookingSchema,
  replaceSiteSchema,
  sitesPageSchema,
} from '../../protocol/api.ts';
import { bookingCheckSchema, bookingChoicesSchema, bookingSchema, bookSchema } from '../../protocol/bookings.ts';
import { importReportSchema } from '../../protocol/directory.ts';
import type { Scope } from '../../protocol/programs.ts';
import type { RefusalCode } from '../../protocol/refusals.ts';

/** One operation of the interface for programs: what it is called with, what it answers, and who may. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/api/v1`, parameters as OpenAPI writes them. */
  path: string;
  /** What the token must be good for; `any`: any token; `none`: without one. */
  scope: Scope | 'any' | 'none';
  query?: z.ZodObject;
  body?: z.ZodType;
  /** What the body is, where it is a file. */
  files?: readonly string[];
  answer: { status: 200 | 201; schema?: z.ZodType; type?: string };
  /** What it may be refused with beside what every operation may. */
  refusals: readonly RefusalCode[];
  /** Answers with an ETag. */
  tagged?: true;
  /** Wants If-Match. */
  guarded?: true;
  /** Takes an Idempotency-Key. */
  keyed?: true;
}

const CALENDAR = 'text/calendar';
const SHEETS = ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'] as const;
const SITE_REFUSALS = ['accountTaken', 'organisationUnknown'] as const;
const BOOK_REFUSALS = ['siteUnknown', 'organisationUnknown', 'bookingClash'] as const;

/** Router and description are made of this table; an operation without a handler or without words does not compile. */
export const OPERATIONS = {
  describe: {
    ...{ method: 'get', path: '/openapi.json', scope: 'none', query: languageQuerySchema, refusals: [] },
    answer: { status: 200, schema: z.record(z.string(), z.unknown()) },
  },
  readToken: {
    ...{ method: 'get', path: '/token', scope: 'any', refusals: [] },
    answer: { status: 200, schema: ownTokenSchema },
  },
  listChoices: {
    ...{ method: 'get', path: '/booking-choices', scope: 'bookings:read', refusals: [] },
    answer: { status: 200, schema: bookingChoicesSchema },
  },
  listBookings: {
    ...{ method: 'get', path: '/bookings', scope: 'bookings:read', query: bookingsQuerySchema, refusals: [] },
    answer: { status: 200, schema: bookingsPageSchema },
  },
  book: {
    ...{ method: 'post', path: '/bookings', scope: 'bookings:write', body: bookSchema, keyed: true },
    answer: { status: 201, schema: bookedSchema },
    refusals: BOOK_REFUSALS,
  },
  checkBooking: {
    ...{ method: 'post', path: '/bookings/check', scope: 'bookings:read', body: bookSchema },
    answer: { status: 200, schema: bookingCheckSchema },
    refusals: ['siteUnknown', 'organisationUnknown'],
  },
  readBooking: {
    ...{ method: 'get', path: '/bookings/{bookingId}', scope: 'bookings:read', tagged: true },
    answer: { status: 200, schema: bookingSchema },
    refusals: ['bookingUnknown'],
  },
  changeBooking: {
    ...{ method: 'put', path: '/bookings/{bookingId}', scope: 'bookings:write', body: replaceBookingSchema },
    ...{ tagged: true, guarded: true },
    answer: { status: 200, schema: bookingSchema },
    refusals: [...BOOK_REFUSALS, 'bookingUnknown', 'bookingChanged', 'stepRefused', 'ifMatchRequired', 'etagMismatch'],
  },
  confirmBooking: {
    ...{ method: 'post', path: '/bookings/{bookingId}/confirm', scope: 'bookings:confirm', keyed: true, tagged: true },
    answer: { status: 200, schema: bookingSchema },
    refusals: ['bookingUnknown', 'bookingChanged', 'stepRefused'],
  },
  cancelBooking: {
    ...{ method: 'post', path: '/bookings/{bookingId}/cancel', scope: 'bookings:write', body: cancelBookingSchema },
    ...{ keyed: true, tagged: true },
    answer: { status: 200, schema: bookingSchema },
    refusals: ['bookingUnknown', 'bookingChanged', 'stepRefused'],
  },
  announceBooking: {
    ...{ method: 'post', path: '/bookings/{bookingId}/announce', scope: 'bookings:confirm', keyed: true },
    answer: { status: 200, schema: noticesSchema },
    refusals: ['bookingUnknown', 'bookingChanged', 'stepRefused'],
  },
  listNotices: {
    ...{ method: 'get', path: '/bookings/{bookingId}/notices', scope: 'bookings:read' },
    answer: { status: 200, schema: noticesSchema },
    refusals: ['bookingUnknown'],
  },
  readCalendar: {
    ...{ method: 'get', path: '/bookings/{bookingId}/calendar', scope: 'bookings:read' },
    answer: { status: 200, type: CALENDAR },
    refusals: ['bookingUnknown'],
  },
  listSites: {
    ...{ method: 'get', path: '/sites', scope: 'sites:read', query: pageQuerySchema, refusals: [] },
    answer: { status: 200, schema: sitesPageSchema },
  },
  addSite: {
    ...{ method: 'post', path: '/sites', scope: 'sites:write', body: addSiteSchema, keyed: true, tagged: true },
    answer: { status: 201, schema: apiSiteSchema },
    refusals: [...SITE_REFUSALS, 'siteExists'],
  },
  readSite: {
    ...{ method: 'get', path: '/sites/{siteId}', scope: 'sites:read', tagged: true },
    answer: { status: 200, schema: apiSiteSchema },
    refusals: ['siteUnknown'],
  },
  replaceSite: {
    ...{ method: 'put', path: '/sites/{siteId}', scope: 'sites:write', body: replaceSiteSchema },
    ...{ tagged: true, guarded: true },
    answer: { status: 200, schema: apiSiteSchema },
    refusals: [...SITE_REFUSALS, 'siteUnknown', 'ifMatchRequired', 'etagMismatch'],
  },
  changeSite: {
    ...{ method: 'patch', path: '/sites/{siteId}', scope: 'sites:write', body: changeSiteSchema },
    ...{ tagged: true, guarded: true },
    answer: { status: 200, schema: apiSiteSchema },
    refusals: [...SITE_REFUSALS, 'siteUnknown', 'ifMatchRequired', 'etagMismatch'],
  },
  removeSite: {
    ...{ method: 'delete', path: '/sites/{siteId}', scope: 'sites:write' },
    answer: { status: 200, schema: z.object({}) },
    refusals: ['siteUnknown'],
  },
  importSites: {
    ...{ method: 'post', path: '/sites/import', scope: 'sites:write', query: importQuerySchema, files: SHEETS },
    answer: { status: 200, schema: importReportSchema },
    refusals: ['siteExists', 'accountTaken', 'organisationUnknown'],
  },
  listMeetings: {
    ...{ method: 'get', path: '/meetings', scope: 'meetings:read', query: pageQuerySchema, refusals: [] },
    answer: { status: 200, schema: meetingsPageSchema },
  },
  listRecordings: {
    ...{ method: 'get', path: '/recordings', scope: 'recordings:read', query: pageQuerySchema, refusals: [] },
    answer: { status: 200, schema: recordingsPageSchema },
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;
type Of<Id extends OperationId, Part extends string> = Extract<(typeof OPERATIONS)[Id], Record<Part, unknown>>;
type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;

/** The query as it was parsed, and the body, of an operation. */
export type QueryOf<Id extends OperationId> = Parsed<Of<Id, 'query'> extends { query: infer Q } ? Q : never>;
export type BodyOf<Id extends OperationId> = Parsed<Of<Id, 'body'> extends { body: infer B } ? B : never>;
