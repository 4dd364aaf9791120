import { z } from 'zod';
import { nameSchema, timeSchema } from './basics.ts';
import { participantIdSchema, roomIdSchema, siteIdSchema } from './ids.ts';
import { incidentSchema } from './incidents.ts';
import { directionSchema, lineLevelSchema, lineStateSchema, reasonSchema } from './lines.ts';
import { codecSchema } from './monitor.ts';
import { kindSchema, roleSchema, sourceRefSchema } from './records.ts';

// Lines as they are looked at: one over a time, all of a meeting over its time, and all of them at one moment.

/** Figures at the times of the chart; null where nothing was measured. Units as in `lineStateSchema`. */
const trackSchema = z.array(z.number().nullable());
const halfChartSchema = z.object({
  kbps: trackSchema,
  loss: trackSchema,
  jitterMs: trackSchema,
  roundTripMs: trackSchema,
  speech: trackSchema,
  picture: trackSchema,
});
/** Why a line was not good, without its since: the stretch has it. */
const causeSchema = reasonSchema.omit({ since: true });
/** So long a line was so, and why; `cause` is the worst. `to` is not included. */
export const stretchSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  level: lineLevelSchema,
  cause: causeSchema.optional(),
});

/** A stream on a line. `layer`: of a simulcast, 0 is the smallest. */
const flowSchema = z.object({
  direction: directionSchema,
  stream: sourceRefSchema,
  layer: z.number().int().min(0).max(2).optional(),
});
export const lineChartSchema = z.object({
  participantId: participantIdSchema,
  name: nameSchema,
  siteId: siteIdSchema.optional(),
  stepMs: z.number().int().positive(),
  /** The beginning of each step, one `stepMs` after the other. */
  times: z.array(timeSchema),
  /** Where there is none the line was in no meeting. */
  stretches: z.array(stretchSchema),
  up: halfChartSchema,
  down: halfChartSchema,
  /** What the line carried: the largest streams, the largest first. */
  flows: z.array(
    flowSchema.extend({
      kbps: trackSchema,
      /** Lines of the picture that came down: as a browser has decoded it, else those of its layer or tier; 0: held back. */
      heights: trackSchema.optional(),
    }),
  ),
  /** Of those whose streams these are. */
  names: z.record(participantIdSchema, nameSchema),
});

const seatSchema = z.object({
  participantId: participantIdSchema,
  name: nameSchema,
  role: roleSchema,
  kind: kindSchema,
  siteId: siteIdSchema.optional(),
});
/** All lines of a meeting over a time, by name. */
export const roomCourseSchema = z.object({
  roomId: roomIdSchema,
  title: nameSchema,
  /** It goes on. */
  live: z.boolean(),
  from: timeSchema,
  to: timeSchema,
  stepMs: z.number().int().positive(),
  lines: z.array(seatSchema.extend({ stretches: z.array(stretchSchema) })),
  incidents: z.array(incidentSchema),
  /** Of whom the incidents speak: of a line that failed, nothing may have been kept. */
  names: z.record(participantIdSchema, nameSchema),
});

/** What a stream costs a line. */
export const consumedSchema = flowSchema.extend({
  kbps: z.number().nonnegative(),
  /** Of what is sent in layers, each; the smallest first. */
  layersKbps: z.array(z.number().nonnegative()).max(3).optional(),
  /** Lines of the picture as it was decoded. */
  height: z.number().int().positive().optional(),
  codec: codecSchema.optional(),
});
export const lineNodeSchema = seatSchema.extend({
  /** As the directory has it. */
  carrierId: z.string().optional(),
  upKbps: z.number().positive().optional(),
  downKbps: z.number().positive().optional(),
  level: lineLevelSchema,
  /** The worst first; `since` is known of what is happening now. */
  reasons: z.array(reasonSchema.partial({ since: true })),
  up: lineStateSchema.shape.up,
  down: lineStateSchema.shape.down,
  /** The largest first. */
  flows: z.array(consumedSchema),
});
/** Everyone's line at one moment. */
export const lineTreeSchema = z.object({
  roomId: roomIdSchema,
  title: nameSchema,
  at: timeSchema,
  /** False: as it was kept. */
  live: z.boolean(),
  lines: z.array(lineNodeSchema),
  /** Of the carriers named above. */
  carriers: z.record(z.string(), nameSchema),
  /** Of everyone whose streams are named above. */
  names: z.record(participantIdSchema, nameSchema),
});

export type Cause = z.infer<typeof causeSchema>;
export type LineStretch = z.infer<typeof stretchSchema>;
export type LineChart = z.infer<typeof lineChartSchema>;
export type ChartFlow = LineChart['flows'][number];
export type RoomCourse = z.infer<typeof roomCourseSchema>;
export type Consumed = z.infer<typeof consumedSchema>;
export type LineNode = z.infer<typeof lineNodeSchema>;
export type LineTree = z.infer<typeof lineTreeSchema>;
export type Seat = z.infer<typeof seatSchema>;
