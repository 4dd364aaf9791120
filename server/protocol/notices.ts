import { z } from 'zod';
import { bookingIdSchema, programEventSchema } from './bookings.ts';
import { organisationIdSchema } from './directory.ts';
import { recordingIdSchema, roomIdSchema, siteIdSchema } from './ids.ts';
import { incidentIdSchema } from './incidents.ts';
import { nameSchema, timeSchema } from './records.ts';

// Who was told of a meeting, how, and whether it arrived (REG-1, REG-3, REG-4).

export const noticeAboutSchema = z.enum(['invitation', 'change', 'cancellation']);
export const noticeAudienceSchema = z.enum(['technician', 'carrier', 'hostUnit', 'program']);
export const noticeChannelSchema = z.enum(['email', 'webhook', 'print', 'phone', 'fax']);
/** `recorded`: told by a person, who entered it here. `failed`: given up; it can be sent again. */
export const noticeStatusSchema = z.enum(['queued', 'delivered', 'failed', 'recorded']);

export const noticeToSchema = z.strictObject({
  name: nameSchema,
  /** E-mail, telephone or URL. */
  address: z.string().max(500).optional(),
  siteIds: z.array(siteIdSchema).max(400).optional(),
  organisationId: organisationIdSchema.optional(),
});
/** What a program is told of that is of no booking. */
export const happenedSchema = z.strictObject({
  roomId: roomIdSchema,
  title: z.string(),
  incidentId: incidentIdSchema.optional(),
  recordingId: recordingIdSchema.optional(),
});
export const noticeSchema = z.object({
  noticeId: z.string(),
  /** Absent: a program is told of what `happened`. */
  bookingId: bookingIdSchema.optional(),
  about: noticeAboutSchema,
  /** What a program is told. */
  event: programEventSchema.optional(),
  happened: happenedSchema.optional(),
  audience: noticeAudienceSchema,
  channel: noticeChannelSchema,
  to: noticeToSchema,
  /** Of the booking that it tells of. */
  version: z.number().int().positive().optional(),
  status: noticeStatusSchema,
  by: z.string(),
  createdAt: timeSchema,
  attempts: z.number().int().nonnegative(),
  /** While it is queued. */
  nextAt: timeSchema.optional(),
  /** Taken by the recipient's server, or told by a person. */
  deliveredAt: timeSchema.optional(),
  /** What the last attempt met. */
  failure: z.string().optional(),
});
/** A notice by telephone, fax, letter or someone's own mail. */
export const recordNoticeSchema = z.strictObject({
  audience: noticeAudienceSchema.exclude(['program']),
  channel: noticeChannelSchema.exclude(['webhook']),
  to: noticeToSchema,
  at: timeSchema,
});

/** What came of a call that was made to see whether the program answers. */
export const webhookTrialSchema = z.object({ delivered: z.boolean(), failure: z.string().optional() });

/** What a text may name, between braces. */
export const PLACEHOLDERS = [
  'office',
  'recipient',
  'title',
  'hostUnit',
  'hostSite',
  'date',
  'preparation',
  'official',
  'end',
  'sites',
  'ownSites',
  'reason',
  'note',
] as const;
export const templateKindSchema = z.enum(['invitation', 'carrier', 'hostUnit', 'change', 'cancellation', 'withdrawal']);

const PLACEHOLDER = /\{([^{}]*)\}/g;
/** What a text names that nobody fills in. */
export function unknownPlaceholders(text: string): string[] {
  const known: readonly string[] = PLACEHOLDERS;
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '').filter((name) => !known.includes(name));
}

const textSchema = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => unknownPlaceholders(text).length === 0);
export const templateSchema = z.strictObject({ subject: textSchema(200), body: textSchema(5_000) });
const textsSchema = z.strictObject({
  invitation: templateSchema,
  carrier: templateSchema,
  hostUnit: templateSchema,
  change: templateSchema,
  cancellation: templateSchema,
  /** To who was told of sites that are not in the meeting any more. */
  withdrawal: templateSchema,
});
export const templatesSchema = z.strictObject({ vi: textsSchema, en: textsSchema });
/** As an earlier version may have saved them: what it did not know is the default one. */
export const savedTemplatesSchema = z.strictObject({
  vi: textsSchema.partial().optional(),
  en: textsSchema.partial().optional(),
});

export type Happened = z.infer<typeof happenedSchema>;
export type Notice = z.infer<typeof noticeSchema>;
export type WebhookTrial = z.infer<typeof webhookTrialSchema>;
export type NoticeAbout = z.infer<typeof noticeAboutSchema>;
export type NoticeStatus = z.infer<typeof noticeStatusSchema>;
export type RecordNotice = z.infer<typeof recordNoticeSchema>;
export type Placeholder = (typeof PLACEHOLDERS)[number];
export type Template = z.infer<typeof templateSchema>;
export type TemplateKind = z.infer<typeof templateKindSchema>;
export type Templates = z.infer<typeof templatesSchema>;
