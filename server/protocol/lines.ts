import { z } from 'zod';
import { timeSchema } from './basics.ts';
import { participantIdSchema } from './ids.ts';

/** `up`: from the participant to the centre. `down`: to it. */
export const directionSchema = z.enum(['up', 'down']);
export const lineLevelSchema = z.enum(['good', 'strained', 'poor', 'down']);
/** `silence`: nothing comes any more. `connection`: the participant lost its connection to the room. */
export const measureSchema = z.enum([
  'loss',
  'jitter',
  'roundTrip',
  'silence',
  'bandwidth',
  'frozen',
  'concealed',
  'processor',
  'connection',
]);
/**
 * Why a line is not good. `value`: of loss, what is frozen and concealed, a share (0 to 1); of jitter, round trip and
 * silence, milliseconds; of bandwidth, kbit/s; otherwise 1.
 */
export const reasonSchema = z.strictObject({
  level: lineLevelSchema.exclude(['good']),
  measure: measureSchema,
  direction: directionSchema,
  value: z.number().nonnegative(),
  since: timeSchema,
});
/** Mean opinion score, 1 to 4.5 (ITU-T P.800.1), estimated. */
const opinion = z.number().min(1).max(5).optional();
const figure = z.number().nonnegative().optional();
/** Of its last seconds; what is absent was not measured. */
const halfLineSchema = z.strictObject({
  kbps: figure,
  /** Share of the packets. */
  loss: figure,
  jitterMs: figure,
  roundTripMs: figure,
  speech: opinion,
  picture: opinion,
});
export const lineStateSchema = z.strictObject({
  level: lineLevelSchema,
  since: timeSchema,
  /** The worst first. */
  reasons: z.array(reasonSchema).max(18),
  up: halfLineSchema,
  down: halfLineSchema,
});

/** A line, or several of one carrier at once, that fail (REG-8). */
export const incidentSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** Whose lines, in the order in which they failed. */
  participantIds: z.array(participantIdSchema).min(1).max(400),
  /** Of all of them, in the directory; where there are several. */
  carrierId: z.string().min(1).max(64).optional(),
  /** The first line's, when the incident was opened. */
  reason: reasonSchema,
  openedAt: timeSchema,
  endedAt: timeSchema.optional(),
});

export type Direction = z.infer<typeof directionSchema>;
export type LineLevel = z.infer<typeof lineLevelSchema>;
export type Measure = z.infer<typeof measureSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type LineState = z.infer<typeof lineStateSchema>;
export type Incident = z.infer<typeof incidentSchema>;
