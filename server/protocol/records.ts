import { z } from 'zod';
import { callIdSchema, participantIdSchema, recordingIdSchema, requestIdSchema, roomIdSchema } from './ids.ts';

/** Wall-clock time in milliseconds since 1970. Always an input of the rules, never read by them. */
export const timeSchema = z.number().int().nonnegative();
/** A name that people read. Control characters and line breaks are no part of a name. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u);

export const roleSchema = z.enum(['operator', 'chair', 'site', 'guest', 'service']);
export const kindSchema = z.enum(['browser', 'sip', 'simulator', 'composer', 'recorder', 'gateway']);

/**
 * What a participant sends. `program`, `mix` and `mixMinus` are the composer's: its picture, the sum of all open
 * microphones, and that sum without the participant named in `for`.
 */
export const sourceSchema = z.enum(['camera', 'microphone', 'screen', 'screenAudio', 'program', 'mix', 'mixMinus']);
export const sentSourceSchema = z.strictObject({ source: sourceSchema, for: participantIdSchema.optional() });
export const sourceRefSchema = z.strictObject({
  participantId: participantIdSchema,
  source: sourceSchema,
  for: participantIdSchema.optional(),
});

/** `away`: connection lost, grace running. `left`: gone, its place in a layout is kept. `removed`: may not return. */
export const presenceSchema = z.enum(['present', 'away', 'left', 'removed']);
/** The gate at the server (REG-10). `open` is the only state in which anyone hears this participant. */
export const gateSchema = z.enum(['closed', 'open']);

export const participantSchema = z.strictObject({
  id: participantIdSchema,
  role: roleSchema,
  kind: kindSchema,
  name: nameSchema,
  /** SIP address of a codec; shown to operators only. */
  address: z.string().max(256).optional(),
  callId: callIdSchema.optional(),
  presence: presenceSchema,
  joinedAt: timeSchema,
  presenceSince: timeSchema,
  sources: z.array(sentSourceSchema),
  gate: gateSchema,
  /** The participant switched its own microphone off; the gate stays as it is. */
  muted: z.boolean(),
});

export const requestStatusSchema = z.enum(['requested', 'forwarded', 'speaking', 'declined', 'withdrawn', 'finished']);
/** A speech request with the time of each step (REG-9). */
export const floorRequestSchema = z.strictObject({
  id: requestIdSchema,
  participantId: participantIdSchema,
  name: nameSchema,
  status: requestStatusSchema,
  /** Set where the operator entered it for a site that phoned. */
  enteredBy: participantIdSchema.optional(),
  requestedAt: timeSchema,
  forwardedAt: timeSchema.optional(),
  decidedAt: timeSchema.optional(),
  /** The operator decided for the chair. */
  onBehalfOfChair: z.boolean().optional(),
  speakingAt: timeSchema.optional(),
  finishedAt: timeSchema.optional(),
});

export const layoutNameSchema = z.enum(['1', '1+5', '2x2', '3x3', 'side-by-side', 'content+speaker']);
export const slotSchema = z.discriminatedUnion('show', [
  z.strictObject({ show: z.literal('participant'), participantId: participantIdSchema }),
  z.strictObject({ show: z.literal('speaker') }),
  z.strictObject({ show: z.literal('content') }),
  /** The next participant with a picture that no other slot shows. */
  z.strictObject({ show: z.literal('auto') }),
  z.strictObject({ show: z.literal('empty') }),
]);
export const layoutSchema = z.strictObject({ name: layoutNameSchema, slots: z.array(slotSchema).min(1).max(9) });
/** `version` rises by each edit: who takes a preview names the one he saw. */
export const previewSchema = z.strictObject({ version: z.number().int().nonnegative(), layout: layoutSchema });

export const callStatusSchema = z.enum(['requested', 'trying', 'ringing', 'answered', 'failed', 'ended']);
export const callCauseSchema = z.enum([
  'busy',
  'noAnswer',
  'declined',
  'notFound',
  'unreachable',
  'mediaRefused',
  'cancelled',
  'hungUp',
  'lost',
  'error',
]);
export const callSchema = z.strictObject({
  id: callIdSchema,
  direction: z.enum(['out', 'in']),
  address: z.string().min(1).max(256),
  name: nameSchema,
  participantId: participantIdSchema,
  status: callStatusSchema,
  cause: callCauseSchema.optional(),
  /** The SIP status that ended it (RFC 3261 21), where there was one. */
  sipStatus: z.number().int().min(100).max(699).optional(),
  startedAt: timeSchema,
  changedAt: timeSchema,
});

export const recordingSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('off') }),
  z.strictObject({ status: z.literal('starting'), id: recordingIdSchema, requestedAt: timeSchema }),
  z.strictObject({ status: z.literal('running'), id: recordingIdSchema, startedAt: timeSchema }),
  z.strictObject({ status: z.literal('stopping'), id: recordingIdSchema, startedAt: timeSchema }),
]);

/** An attempt that policy refused, kept on record (REG-10, REG-12). */
export const attemptSchema = z.strictObject({
  by: participantIdSchema,
  name: nameSchema,
  verb: z.string().max(64),
  detail: z.string().max(256).optional(),
  at: timeSchema,
});

/**
 * A room as one participant may see it: the snapshot on the wire, and, unfiltered, the room itself.
 * `seq` is the number of the last event folded in.
 */
export const roomStateSchema = z.strictObject({
  roomId: roomIdSchema,
  title: nameSchema,
  status: z.enum(['open', 'ended']),
  openedAt: timeSchema,
  endedAt: timeSchema.optional(),
  seq: z.number().int().nonnegative(),
  participants: z.record(participantIdSchema, participantSchema),
  requests: z.array(floorRequestSchema),
  preview: previewSchema,
  program: layoutSchema,
  /** Who the active-speaker slots show: smoothed, among the open microphones. */
  speaker: participantIdSchema.nullable(),
  calls: z.record(callIdSchema, callSchema),
  recording: recordingSchema,
  attempts: z.array(attemptSchema),
});

export type Time = z.infer<typeof timeSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Kind = z.infer<typeof kindSchema>;
export type Source = z.infer<typeof sourceSchema>;
export type SentSource = z.infer<typeof sentSourceSchema>;
export type SourceRef = z.infer<typeof sourceRefSchema>;
export type Participant = z.infer<typeof participantSchema>;
export type FloorRequest = z.infer<typeof floorRequestSchema>;
export type LayoutName = z.infer<typeof layoutNameSchema>;
export type Slot = z.infer<typeof slotSchema>;
export type Layout = z.infer<typeof layoutSchema>;
export type Call = z.infer<typeof callSchema>;
export type CallCause = z.infer<typeof callCauseSchema>;
export type Recording = z.infer<typeof recordingSchema>;
export type Attempt = z.infer<typeof attemptSchema>;
export type RoomState = z.infer<typeof roomStateSchema>;
