import { z } from 'zod';
import { roomIdSchema, siteIdSchema } from './ids.ts';
import { nameSchema, timeSchema } from './records.ts';

/**
 * The sites' own computers (REG-14), under `/api`. One enrols by a code of the centre and has its own credential from then on:
 * a random token in a cookie of its own, revoked by the centre.
 *
 *   GET    /devices                        → { devices: DeviceSummary[], changed: CodecChange[] }
 *   POST   /sites/:id/enrolment            → Enrolment    in the place of an earlier code for this site
 *   DELETE /devices/:id                    → {}           404 `deviceUnknown`; whoever is in by it is dismissed
 *   DELETE /devices/changed/:id            → {}           the centre has seen that the codec of this site is another
 *   POST   /enrol              Enrol       → SiteDoor     403 `enrolmentInvalid`, 429
 *   GET    /site                           → SiteDoor     401 `notEnrolled`
 *   POST   /site/rooms/:id/ticket          → Ticket       403 `notInvited`
 *   POST   /site/rooms/:id/feedback Opinion → {}          403 `notInvited`; within a day of the end
 */
export const enrolmentSchema = z.object({ code: z.string(), expiresAt: timeSchema });
/** `code` as it was read out, however it was typed. `name` tells a site's computers apart. */
export const enrolSchema = z.strictObject({ code: z.string().min(1).max(32), name: nameSchema });
export const deviceSummarySchema = z.object({
  deviceId: z.string(),
  siteId: siteIdSchema,
  name: z.string(),
  enrolledAt: timeSchema,
  lastSeenAt: timeSchema,
  ip: z.string(),
  userAgent: z.string(),
});
/** A codec registers with another software or from another place than before. */
export const codecChangeSchema = z.object({
  siteId: siteIdSchema,
  before: z.string(),
  after: z.string(),
  at: timeSchema,
});
export const devicesSchema = z.object({ devices: z.array(deviceSummarySchema), changed: z.array(codecChangeSchema) });
/** What a site sees before it enters: whose door it is, the open meetings that it is invited to, and those that have just ended. */
export const siteDoorSchema = z.object({
  siteId: siteIdSchema,
  name: nameSchema,
  meetings: z.array(z.object({ roomId: roomIdSchema, title: nameSchema, openedAt: timeSchema })),
  ended: z.array(z.object({ roomId: roomIdSchema, title: nameSchema, endedAt: timeSchema })),
});

export type Enrolment = z.infer<typeof enrolmentSchema>;
export type DeviceSummary = z.infer<typeof deviceSummarySchema>;
export type CodecChange = z.infer<typeof codecChangeSchema>;
export type SiteDoor = z.infer<typeof siteDoorSchema>;
