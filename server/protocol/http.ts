import { z } from 'zod';
import { participantIdSchema, recordingIdSchema, roomIdSchema } from './ids.ts';
import { nameSchema, timeSchema } from './records.ts';

/**
 * The HTTP interface under `/api`. Errors are `{error: Refusal}` with 400 (input), 401/403 (permission), 404/409
 * (state), 429 (limit), 500/503 (server). A signed-in operator has an HttpOnly, Secure, SameSite=Strict cookie.
 *
 *   GET    /api/health                         → Health
 *   GET    /api/session                        → Session (401 `notSignedIn`)
 *   POST   /api/sign-in      SignIn            → Session
 *   POST   /api/password     ChangePassword    → Session    required after a one-time password
 *   POST   /api/sign-out                       → {}         whoever is in by it is dismissed
 *   GET    /api/rooms                          → { rooms: RoomSummary[] }
 *   POST   /api/rooms        OpenRoom          → RoomSummary
 *   POST   /api/rooms/:id/ticket               → Ticket     an operator enters
 *   GET    /api/rooms/:id/links                → { links: LinkSummary[] }
 *   POST   /api/rooms/:id/links IssueLink      → LinkSummary with `url`, shown once more by the list
 *   DELETE /api/rooms/:id/links/:linkId        → {}         revoked: whoever is in by it is dismissed
 *   GET    /api/rooms/:id/log                  → { events: LoggedEvent[] }
 *   POST   /api/link         OpenLink          → LinkInfo   what the join page shows before joining
 *   POST   /api/join         Join              → Ticket
 *   GET    /api/recordings                     → { recordings: RecordingSummary[] }
 *   GET    /api/recordings/:id/video           → video/mp4 with ranges (RFC 9110 14)
 */
export const usernameSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
export const passwordSchema = z.string().min(1).max(256);
export const signInSchema = z.strictObject({ username: usernameSchema, password: passwordSchema });
/** At least 12 characters (NIST SP 800-63B 5.1.1 asks for 8; no composition rules). */
export const changePasswordSchema = z.strictObject({ password: passwordSchema, newPassword: passwordSchema });
export const sessionSchema = z.object({ username: usernameSchema, passwordChangeRequired: z.boolean() });

/** `roomId` is chosen by the server (six digits, easy on a remote control) where it is not given. */
export const openRoomSchema = z.strictObject({ title: nameSchema, roomId: roomIdSchema.optional() });
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
/** Shown in the handshake of the socket. Bound to room, role and participant; expires. */
export const ticketSchema = z.object({ ticket: z.string(), roomId: roomIdSchema, participantId: participantIdSchema });

export const recordingSummarySchema = z.object({
  recordingId: recordingIdSchema,
  roomId: roomIdSchema,
  title: nameSchema,
  startedAt: timeSchema,
  durationMs: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});
export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  uptimeSeconds: z.number().nonnegative(),
  parts: z.record(
    z.enum(['store', 'media', 'gateway', 'sip', 'engine']),
    z.object({ status: z.enum(['ok', 'down', 'off']), detail: z.string().optional() }),
  ),
});

export type SignIn = z.infer<typeof signInSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type RoomSummary = z.infer<typeof roomSummarySchema>;
export type IssueLink = z.infer<typeof issueLinkSchema>;
export type LinkSummary = z.infer<typeof linkSummarySchema>;
export type LinkInfo = z.infer<typeof linkInfoSchema>;
export type Ticket = z.infer<typeof ticketSchema>;
export type RecordingSummary = z.infer<typeof recordingSummarySchema>;
export type Health = z.infer<typeof healthSchema>;
