import { z } from 'zod';
import { siteDetailsSchema } from './directory.ts';
import {
  layoutIdSchema,
  participantIdSchema,
  roomIdSchema,
  sipAccountSchema,
  sipAddressSchema,
  siteIdSchema,
} from './ids.ts';
import { layoutSchema } from './layouts.ts';
import { isTestRoom } from './line-tests.ts';
import { encryptionSchema, nameSchema, timeSchema } from './records.ts';
import { fingerprintSchema, networkSchema, sipBanSchema } from './wire.ts';

/**
 * The HTTP interface under `/api`. Errors are `{error: Refusal}` with 400 (input), 401/403 (permission), 404/409
 * (state), 429 (limit), 500/503 (server). A signed-in operator has an HttpOnly, Secure, SameSite=Strict cookie.
 *
 *   GET    /api/health                         → Health
 * Accounts, one's own and the others': `protocol/accounts.ts`; the log of acts: `protocol/audit.ts`; the sites' own
 * computers: `protocol/devices.ts`; access tokens of programs, which use `/api/v1`: `protocol/programs.ts`; lines tried without a meeting: `protocol/line-tests.ts`; what a
 * meeting will need of them: `protocol/budget.ts`; what is told of meetings afterwards: `protocol/reports.ts`.
 *
 *   GET    /api/session                        → Session (401 `notSignedIn`)
 *   POST   /api/sign-in      SignIn            → Session
 *   POST   /api/password     ChangePassword    → Session    required after a one-time password
 *   POST   /api/sign-out                       → {}         whoever is in by it is dismissed
 *   GET    /api/rooms                          → { rooms: RoomSummary[] }
 *   POST   /api/rooms        OpenRoom          → RoomSummary
 *   POST   /api/rooms/:id/ticket EnterRoom     → Ticket     an operator or a chair enters
 *   GET    /api/rooms/:id/links                → { links: LinkSummary[] }
 *   POST   /api/rooms/:id/links IssueLink      → LinkSummary with `url`, shown once more by the list
 *   DELETE /api/rooms/:id/links/:linkId        → {}         revoked: whoever is in by it is dismissed
 *   GET    /api/rooms/:id/log                  → { events: LoggedEvent[] }
 *   GET    /api/rooms/:id/incidents            → { incidents: ListedIncident[] } `protocol/incidents.ts`
 *   POST   /api/rooms/:id/incidents/:incident AmendIncident → as above, also when the meeting is over
 *   POST   /api/rooms/:id/incidents/:incident/told NoteTold → as above
 *   GET    /api/rooms/:id/sites                → Invitations
 *   PUT    /api/rooms/:id/sites Invitations    → Invitations the whole list, in the place of the earlier one
 *   GET    /api/sites                          → { sites: Site[] }
 *   POST   /api/sites        SaveSite          → Site       409 `siteExists`, `accountTaken`
 *   PUT    /api/sites/:id    SaveSite          → Site       409 `siteUnknown`, `accountTaken`, `organisationUnknown`
 *   DELETE /api/sites/:id                      → {}         its registrations and invitations go with it
 *   GET    /api/sites/sheet?format=&language=  → the directory as `csv` or `xlsx`, headings in `vi` or `en`
 *   POST   /api/sites/sheet?format=&save=      → ImportReport the body is the file; without `save=true` a dry run
 *   GET    /api/organisations                  → { organisations: Organisation[] } carriers and host units, by name
 *   POST   /api/organisations SaveOrganisation → Organisation 409 `organisationExists`
 *   PUT    /api/organisations/:id              → Organisation 409 `organisationUnknown`, `organisationExists`
 *   DELETE /api/organisations/:id              → {}         409 `organisationUnknown`, `organisationInUse`
 *   GET    /api/bookings?from=&to=             → { bookings: Booking[] } by their opening
 *   POST   /api/bookings/check?except= Book    → BookingCheck clashes and deadlines, before it is saved
 *   POST   /api/bookings     Book              → { bookings: Booking[] } one for each repetition; 409 `bookingClash` with `clashes`
 *   GET    /api/bookings/:id                   → Booking
 *   PUT    /api/bookings/:id ChangeBooking     → Booking    409 `bookingChanged`, `bookingClash`, `stepRefused`
 *   POST   /api/bookings/:id/steps TakeStep    → Booking    409 `stepRefused`; `open` opens the room, `close` ends it
 *   GET    /api/bookings/:id/notices           → { notices: Notice[], byHand } who has no e-mail address is to be called
 *   POST   /api/bookings/:id/announce          → as above   tells everyone concerned; who was told before, of the change
 *   POST   /api/bookings/:id/notices RecordNotice → as above somebody was told by telephone, fax or letter
 *   POST   /api/notices/:id/retry              → Notice     404 `noticeUnknown`
 *   GET    /api/bookings/:id/notice.pdf?language= /api/bookings/:id/meeting.ics
 *   GET    /api/notice-templates               → Templates
 *   PUT    /api/notice-templates Templates     → Templates  400 names the text with an unknown placeholder
 *   GET    /api/bookings/choices               → BookingChoices what a booking may name; of a host unit's own alone
 *   GET    /api/webhooks/:id/secret            → { secret } signs as Standard Webhooks 1.0
 *   GET    /api/webhooks/:id/deliveries        → { notices: Notice[] } newest first, 50 at most
 *   POST   /api/webhooks/:id/trial             → WebhookTrial calls it once with `webhook.trial`
 *   GET    /api/desk-settings                  → DeskSettings
 *   PUT    /api/desk-settings DeskSettings     → DeskSettings
 *   GET    /api/bookings/:id/rehearsal, /api/site/rehearsals … `protocol/rehearsals.ts`
 *   GET    /api/directory/changes?subject=     → { changes: DirectoryChange[] } newest first, 200 at most
 *   GET    /api/layouts                        → { layouts: SavedLayout[] } by name
 *   POST   /api/layouts      SaveLayout        → SavedLayout 409 `layoutNameTaken`
 *   PUT    /api/layouts/:id  SaveLayout        → SavedLayout 404 `layoutNotSaved`, 409 `layoutNameTaken`
 *   DELETE /api/layouts/:id                    → {}         404 `layoutNotSaved`
 *   GET    /api/rooms/:id/lines                → { lines: Record<participant, LineState> } as they are now
 *   GET    /api/rooms/:id/line-tree?at=        → LineTree   who consumes what on which line: now, or as it was kept
 *   GET    /api/rooms/:id/course?from=&to=     → RoomCourse the state of every line over the meeting, or a part of it
 *   GET    /api/lines/:participant/chart?roomId=&from=&to= → LineChart the last hour, where nothing is said (`protocol/quality.ts`)
 *   GET    /api/lines/:participant/samples?roomId=&from=&to= → { stepMs, samples } `protocol/monitor.ts`, oldest first
 *   GET    /api/lines/:participant/samples.csv → the same as a table
 *   GET    /api/sip/bans                       → { bans: SipBan[] }
 *   DELETE /api/sip/bans/:ip                   → {}
 *   POST   /api/link         OpenLink          → LinkInfo   what the join page shows before joining
 *   POST   /api/join         Join              → Ticket
 *   GET    /api/recordings?q=                  → { recordings: RecordingSummary[] } newest first; found ones, best first
 *   POST   /api/review       OpenReview        → { recordings: RecordingSummary[] } and a cookie for each
 *
 * Of one recording, for operators and whoever has such a cookie (`protocol/recording.ts`):
 *
 *   GET    /api/recordings/:id                 → RecordingDetail
 *   PATCH  /api/recordings/:id ChangeRecording → RecordingSummary
 *   DELETE /api/recordings/:id                 → {}         409 `recordingRunning`, `recordingHeld`
 *   GET    …/:stream.m3u8                      → HLS: VOD; EVENT while it runs, low latency (`_HLS_msn`, `_HLS_part`)
 *   GET    …/streams/:stream                   → StreamIndex
 *   GET    …/files/:file                       → ranges (RFC 9110 14), decrypted; of a share, its stretch alone
 *   GET    …/download?part=                    → the program as one MP4; 409 `recordingInParts`: take each by itself
 *   GET    …/inspection                        → Inspection  404 `recordingUnknown` until it is there (`files.inspected`); of a share, its stretch
 *   GET    …/strip/:n.jpg                      → its pictures, n from 0; 404 for a share
 *   GET    …/video                             → the one file of an earlier version, with ranges
 *   POST   …/comments        WriteComment      → Comment
 *   DELETE …/comments/:commentId               → {}         404 `commentUnknown`
 *   GET    …/shares                            → { shares: Share[] }
 *   POST   …/shares          IssueShare        → IssuedShare
 *   DELETE …/shares/:shareId                   → {}         404 `shareUnknown`
 *   GET    …/acts                              → { acts: RecordingAct[] } newest first
 */

/** `roomId` is chosen by the server (six digits, easy on a remote control) where it is not given. */
export const openRoomSchema = z.strictObject({
  title: nameSchema,
  roomId: roomIdSchema.refine((roomId) => !isTestRoom(roomId)).optional(),
  /** The sites that are invited. */
  siteIds: z.array(siteIdSchema).max(400).optional(),
});
export const roomSummarySchema = z.object({
  roomId: roomIdSchema,
  title: nameSchema,
  status: z.enum(['open', 'ended']),
  openedAt: timeSchema,
  endedAt: timeSchema.optional(),
  present: z.number().int().nonnegative(),
  recording: z.boolean(),
  /** What a codec dials. */
  sipAddress: z.string(),
});

export const linkRoleSchema = z.enum(['chair', 'site', 'guest']);
/** A site's and a chair's link is one participant; a guest's link lets anyone in who gives a name. */
export const issueLinkSchema = z.strictObject({
  role: linkRoleSchema,
  name: nameSchema,
  validHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 366)
    .default(24),
});
export const linkSummarySchema = z.object({
  linkId: z.string(),
  role: linkRoleSchema,
  name: nameSchema,
  issuedAt: timeSchema,
  expiresAt: timeSchema,
  revokedAt: timeSchema.optional(),
  /** `https://HOST/join#TOKEN`: the token stays out of request logs. */
  url: z.string(),
});
export const openLinkSchema = z.strictObject({ token: z.string().min(1).max(4096) });
export const linkInfoSchema = z.object({
  roomId: roomIdSchema,
  title: nameSchema,
  status: z.enum(['open', 'ended']),
  role: linkRoleSchema,
  name: nameSchema,
});
export const joinSchema = z.strictObject({ token: z.string().min(1).max(4096), name: nameSchema.optional() });
/** As whom someone with an account enters. */
export const enterRoomSchema = z.strictObject({ as: z.enum(['operator', 'chair']).default('operator') });
/** Shown in the handshake of the socket. Bound to room, role and participant; expires. */
export const ticketSchema = z.object({ ticket: z.string(), roomId: roomIdSchema, participantId: participantIdSchema });

/** How a site's codec is reached and known; a site that joins by a link alone has none of it. */
const siteSipSchema = z.strictObject({
  address: sipAddressSchema.optional(),
  fallback: sipAddressSchema.optional(),
  account: sipAccountSchema.optional(),
  /** Whatever calls from there is this site. */
  sources: z.array(networkSchema).max(16).default([]),
  certificate: fingerprintSchema.optional(),
  encryption: encryptionSchema.default('preferred'),
  /** An upper level's bridge (REG-19). */
  bridge: z.boolean().default(false),
});
export const siteSchema = z.object({
  siteId: siteIdSchema,
  name: nameSchema,
  ...siteDetailsSchema.shape,
  sip: siteSipSchema.extend({ hasPassword: z.boolean() }).optional(),
  /** Where its account is registered now. */
  registered: z
    .object({ contacts: z.array(z.string()), userAgent: z.string().optional(), since: timeSchema })
    .optional(),
});
/**
 * `siteId` is made of the name where it is not given, and fixed from then on. `password` is that of the account: never
 * given back; absent, it stays, unless the account is another one, which starts without.
 */
export const saveSiteSchema = z.strictObject({
  siteId: siteIdSchema.optional(),
  name: nameSchema,
  ...siteDetailsSchema.shape,
  sip: siteSipSchema
    .extend({
      password: z
        .string()
        .min(8)
        .max(128)
        .regex(/^[\x21-\x7e]+$/)
        .optional(),
    })
    .optional(),
});
export const invitationsSchema = z.strictObject({ siteIds: z.array(siteIdSchema).max(400) });
export const bansSchema = z.object({ bans: z.array(sipBanSchema) });

/** A layout of the house, for every meeting. No two have the same name, however it is written. */
export const saveLayoutSchema = z.strictObject({ name: nameSchema, layout: layoutSchema });
export const savedLayoutSchema = saveLayoutSchema.extend({ layoutId: layoutIdSchema });

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  uptimeSeconds: z.number().nonnegative(),
  parts: z.record(
    z.enum(['store', 'media', 'gateway', 'sip', 'engine']),
    z.object({ status: z.enum(['ok', 'down', 'off']), detail: z.string().optional() }),
  ),
});

export type RoomSummary = z.infer<typeof roomSummarySchema>;
export type IssueLink = z.infer<typeof issueLinkSchema>;
export type LinkSummary = z.infer<typeof linkSummarySchema>;
export type LinkInfo = z.infer<typeof linkInfoSchema>;
export type Ticket = z.infer<typeof ticketSchema>;
export type Site = z.infer<typeof siteSchema>;
export type SaveSite = z.infer<typeof saveSiteSchema>;
export type Invitations = z.infer<typeof invitationsSchema>;
export type SaveLayout = z.infer<typeof saveLayoutSchema>;
export type SavedLayout = z.infer<typeof savedLayoutSchema>;
export type Health = z.infer<typeof healthSchema>;
