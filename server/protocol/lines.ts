import { z } from 'zod';
import { timeSchema } from './basics.ts';

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

export type Direction = z.infer<typeof directionSchema>;
export type LineLevel = z.infer<typeof lineLevelSchema>;
export type Measure = z.infer<typeof measureSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type LineState = z.infer<typeof lineStateSchema>;
