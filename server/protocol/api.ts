import { z } from 'zod';
import { bookingSchema, bookSchema, clashSchema, reasonSchema } from './bookings.ts';
import { siteDetailsSchema } from './directory.ts';
import { saveSiteSchema } from './http.ts';
import { roomIdSchema, siteIdSchema } from './ids.ts';
import { noticeSchema } from './notices.ts';
import { tokenSummarySchema } from './programs.ts';
import { recordingSummarySchema } from './recording.ts';
import { nameSchema, timeSchema } from './records.ts';
import { refusalSchema } from './refusals.ts';

// What only the interface for programs (`/api/v1`) sends and takes; all else is what the desk sends and takes.

/** A page of a list: what comes behind `after`, which is the `next` of the page before. */
const pageFields = {
  after: z.string().min(1).max(400).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
export const pageQuerySchema = z.strictObject(pageFields);
/** Meetings that touch the time from `from` to `to`, in milliseconds since 1970; two years at most. */
export const bookingsQuerySchema = z.strictObject({
  from: z.coerce.number().int().nonnegative(),
  to: z.coerce.number().int().nonnegative(),
  ...pageFields,
});
export const importQuerySchema = z.strictObject({
  format: z.enum(['csv', 'xlsx']),
  /** Otherwise a dry run, which changes nothing. */
  save: z.enum(['true', 'false']).default('false'),
});
export const languageQuerySchema = z.strictObject({ language: z.enum(['vi', 'en']).default('vi') });

/** Absent on the last page. */
const next = z.string().optional();
export const bookingsPageSchema = z.object({ bookings: z.array(bookingSchema), next });
export const bookedSchema = z.object({ bookings: z.array(bookingSchema) });
/** What was booked, in place of what was booked before; the version is that of If-Match. */
export const replaceBookingSchema = bookSchema.omit({ repeat: true });
export const cancelBookingSchema = z.strictObject({ reason: reasonSchema });
export const noticesSchema = z.object({
  notices: z.array(noticeSchema),
  /** Who has no e-mail address is to be called. */
  byHand: z.array(noticeSchema.pick({ audience: true, channel: true, to: true })),
});
export const apiSiteSchema = z.object({ siteId: siteIdSchema, name: nameSchema, ...siteDetailsSchema.shape });
/** A site that comes twice is refused, for its id is its own. */
export const addSiteSchema = saveSiteSchema.required({ siteId: true });
export const replaceSiteSchema = saveSiteSchema.omit({ siteId: true });
/** Field by field, as JSON Merge Patch (RFC 7396) says it of the first level. */
export const changeSiteSchema = z.strictObject({
  name: saveSiteSchema.shape.name.optional(),
  unit: saveSiteSchema.shape.unit.nullable(),
  equipment: saveSiteSchema.shape.equipment.nullable(),
  line: saveSiteSchema.shape.line.nullable(),
  technicians: saveSiteSchema.shape.technicians.nullable(),
  sip: saveSiteSchema.shape.sip.nullable(),
});
export const sitesPageSchema = z.object({ sites: z.array(apiSiteSchema), next });
export const apiMeetingSchema = z.object({
  roomId: roomIdSchema,
  title: nameSchema,
  status: z.enum(['open', 'ended']),
  openedAt: timeSchema,
  endedAt: timeSchema.optional(),
});
export const meetingsPageSchema = z.object({ meetings: z.array(apiMeetingSchema), next });
export const recordingsPageSchema = z.object({
  recordings: z.array(recordingSummarySchema.omit({ found: true })),
  next,
});
export const ownTokenSchema = tokenSummarySchema.pick({
  ...{ tokenId: true, name: true, scopes: true, hostUnit: true, issuedAt: true, expiresAt: true },
});

/**
 * Every answer that is no success. `code` is stable, `remedy` is for people, in the language of Accept-Language. `field` is
 * the path of what is wrong, `rule` what it must be: of the schema (`minLength 1`), or the regulation's (`REG-2`).
 */
export const problemSchema = z.object({
  error: refusalSchema.extend({
    remedy: z.string(),
    faults: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
  }),
  /** With `bookingClash`: everyone who would be in two meetings at once. */
  clashes: z.array(clashSchema).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
export type PageQuery = z.infer<typeof pageQuerySchema>;
