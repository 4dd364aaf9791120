import { z } from 'zod';
import { timeSchema } from './records.ts';

/** Everything that is done at the centre and not in a room, whose own log has that. `GET /api/audit?…` → AuditPage. */
export const AUDIT_ACTS = [
  ...(['signedIn', 'passwordChanged', 'totpOn', 'totpOff', 'recoveryCodeUsed', 'sessionEnded'] as const),
  ...(['accountAdded', 'accountChanged', 'accountDisabled', 'accountEnabled'] as const),
  ...(['accountLocked', 'accountUnlocked', 'passwordReset', 'totpRemoved', 'sessionsEnded'] as const),
  ...(['meetingOpened', 'sitesInvited', 'linkIssued', 'linkRevoked', 'layoutSaved', 'layoutRemoved'] as const),
  ...(['siteAdded', 'siteChanged', 'siteRemoved', 'banLifted', 'listDownloaded', 'settingsChanged'] as const),
  ...(['organisationAdded', 'organisationChanged', 'organisationRemoved'] as const),
  ...(['bookingRequested', 'bookingChanged', 'bookingConfirmed', 'bookingAnnounced', 'bookingRehearsed'] as const),
  ...(['bookingOpened', 'bookingClosed', 'bookingReported', 'bookingCancelled'] as const),
  ...(['noticeRecorded', 'noticeSentAgain', 'tokenIssued', 'tokenRevoked', 'webhookSecretShown'] as const),
  ...(['enrolmentIssued', 'deviceEnrolled', 'deviceRevoked', 'codecChanged', 'codecAccepted'] as const),
  ...(['recordingChanged', 'recordingHeld', 'recordingReleased', 'recordingDeleted'] as const),
  ...(['recordingDownloaded', 'recordingShared', 'recordingShareRevoked'] as const),
  ...(['rehearsalSigned', 'closingSigned', 'incidentAmended', 'incidentToldNoted'] as const),
  ...(['selfTestsStopped', 'selfTestsResumed'] as const),
] as const;
export const auditActSchema = z.enum(AUDIT_ACTS);
/** Who does something at the centre, and from where. */
export interface Doer {
  username: string;
  ip: string;
}

/** The fields of which a row may say what was chosen; each has its words in the client's catalogue. */
export const AUDIT_FIELDS = [
  ...(['name', 'title', 'roles', 'role', 'siteId', 'hostUnit', 'way', 'singleSignOn', 'sipPassword'] as const),
  ...(['sites', 'linkId', 'format', 'device', 'issuedBy', 'before', 'after', 'detail'] as const),
  ...(['reason', 'recipient', 'channel', 'scopes', 'expires'] as const),
] as const;
/** Never a secret. */
export const auditDetailSchema = z.partialRecord(z.enum(AUDIT_FIELDS), z.union([z.string(), z.number(), z.boolean()]));

export const auditEntrySchema = z.object({
  at: timeSchema,
  /** Name of user; `system`, `terminal`, `gateway` and `device:ID` are nobody's. */
  by: z.string(),
  ip: z.string().optional(),
  act: auditActSchema,
  /** Which account, site, meeting, recording. */
  about: z.string(),
  detail: auditDetailSchema.optional(),
});
export const auditRowSchema = auditEntrySchema.extend({
  seq: z.number().int().positive(),
  /** SHA-256 over the previous row's and this row's content, in hexadecimal. */
  hash: z.string(),
});
export const auditQuerySchema = z.strictObject({
  /** Rows older than this one. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  by: z.string().min(1).max(64).optional(),
  act: auditActSchema.optional(),
  /** A part of what it is about. */
  about: z.string().min(1).max(120).optional(),
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
});
/** Newest first; `more` says that older ones follow. */
export const auditPageSchema = z.object({ rows: z.array(auditRowSchema), more: z.boolean() });

export type AuditAct = z.infer<typeof auditActSchema>;
export type AuditField = (typeof AUDIT_FIELDS)[number];
export type AuditDetail = z.infer<typeof auditDetailSchema>;
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export type AuditRow = z.infer<typeof auditRowSchema>;
export type AuditQuery = z.infer<typeof auditQuerySchema>;
export type AuditPage = z.infer<typeof auditPageSchema>;
