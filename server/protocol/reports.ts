import { z } from 'zod';
import { bookingIdSchema, bookingStatusSchema } from './bookings.ts';
import { lineTargetsSchema, organisationIdSchema } from './directory.ts';
import { closeReasonSchema, leaveReasonSchema } from './events.ts';
import { feedbackSchema } from './feedback.ts';
import { participantIdSchema, recordingIdSchema, roomIdSchema, siteIdSchema } from './ids.ts';
import { incidentSchema } from './incidents.ts';
import { floorRequestSchema, kindSchema, roleSchema, timeSchema } from './records.ts';

/**
 * What is told of meetings when they are over: all of it folded from their event logs, so that every figure names the
 * events that it comes from (`seqs`, numbers in the log of its room). Under `/api/reports`; a host unit gets its own
 * meetings alone.
 *
 *   GET /meetings?from=&to=                      → { meetings: MeetingRow[] } newest first
 *   GET /meetings/:room                          → Minutes with the opinions on it
 *   GET /meetings/:room/events?seqs=1,2          → { events: ToldEvent[] } those that the minutes rest on
 *   GET /meetings/:room/minutes.pdf|xlsx?language=
 *   GET /usage?from=&to=  /usage.xlsx?…          → Usage         (REG-20)
 *   GET /carriers/:id?month=YYYY-MM  …/report.pdf|xlsx?… → CarrierReport (REG-17)
 *   GET /years/:year      …/review.pdf?language= → YearReview    (REG-16)
 *   POST /api/feedback    GiveFeedback           → {}            whoever has a ticket of the meeting
 */

const seqs = z.array(z.number().int().positive());
const ms = z.number().nonnegative();
const count = z.number().int().nonnegative();
/** `open`: it was not over when this was counted. */
const spanShape = { from: timeSchema, to: timeSchema, open: z.boolean(), seqs };
const whoShape = { participantId: participantIdSchema, name: z.string() };

/** One time in the room, from joining to leaving, and by what means. */
export const staySchema = z.object({
  ...spanShape,
  means: kindSchema,
  ended: leaveReasonSchema.optional(),
  /** Its connection was lost and came back, or did not. */
  losses: z.array(z.object(spanShape)),
});
export const attendeeSchema = z.object({
  ...whoShape,
  role: roleSchema,
  siteId: siteIdSchema.optional(),
  stays: z.array(staySchema),
  /** Without the time in which its connection was lost. */
  presentMs: ms,
  lostMs: ms,
});
export const speechSchema = z.object({
  ...whoShape,
  ...spanShape,
  closed: closeReasonSchema.optional(),
  /** The request that led to it, with the time of each of its steps (REG-9). */
  request: floorRequestSchema.optional(),
});
export const speakerSchema = z.object({ ...whoShape, times: count, ms, seqs });
export const pauseSchema = z.object({ ...spanShape, kind: z.enum(['before', 'break']), text: z.string() });
export const incidentRecordSchema = z.object({ ...spanShape, incident: incidentSchema, names: z.array(z.string()) });
export const recordedSchema = z.object({
  ...spanShape,
  recordingId: recordingIdSchema,
  durationMs: ms.optional(),
  failed: z.string().optional(),
});

/** Of the booking, where the meeting was booked. */
export const minutesBookingSchema = z.object({
  bookingId: bookingIdSchema,
  status: bookingStatusSchema,
  hostUnitId: organisationIdSchema,
  hostUnit: z.string(),
  preparationAt: timeSchema,
  startsAt: timeSchema,
  endsAt: timeSchema,
  emergency: z.string().optional(),
  /** When it was opened; before that its room was there for the rehearsal. */
  heldAt: timeSchema.optional(),
});

export const minutesSchema = z.object({
  roomId: roomIdSchema,
  title: z.string(),
  openedAt: timeSchema,
  endedAt: timeSchema.optional(),
  /** What was not over by then is counted until then. */
  until: timeSchema,
  /** Its opening and its end. */
  held: z.object({ seqs }),
  booking: minutesBookingSchema.optional(),
  /** Sites first, each group by name as the language sorts it. */
  attendees: z.array(attendeeSchema),
  /** Invited, and never there. */
  absent: z.object({ sites: z.array(z.object({ siteId: siteIdSchema, name: z.string() })), seqs }),
  speeches: z.array(speechSchema),
  /** The longest first. What was only of the rehearsal is in none of these. */
  speakers: z.array(speakerSchema),
  /** Those that led to no speech. */
  unheard: z.array(z.object({ request: floorRequestSchema, seqs })),
  presented: z.array(z.object({ ...whoShape, ...spanShape })),
  pauses: z.array(pauseSchema),
  incidents: z.array(incidentRecordSchema),
  recordings: z.array(recordedSchema),
  /** What policy refused (REG-10, REG-12). */
  refused: z.object({ count, seqs }),
});
export const minutesAnswerSchema = z.object({ minutes: minutesSchema, feedback: z.array(feedbackSchema) });

/** One event as it is read: who and what, without addresses and keys. */
export const toldEventSchema = z.object({
  seq: z.number().int().positive(),
  at: timeSchema,
  by: z.string(),
  type: z.string(),
  /** Whom it is about. */
  name: z.string().optional(),
  detail: z.string().optional(),
});

/** A meeting in the list. */
export const meetingRowSchema = z.object({
  roomId: roomIdSchema,
  title: z.string(),
  openedAt: timeSchema,
  endedAt: timeSchema.optional(),
  bookingId: bookingIdSchema.optional(),
  hostUnitId: organisationIdSchema.optional(),
  hostUnit: z.string().optional(),
  ms,
  sites: count,
  /** All sites' times in the meeting together. */
  siteMs: ms,
  speeches: count,
  incidents: count,
  feedback: z.object({ count, mean: z.number().optional() }),
});

/** One meeting in somebody's use. */
export const usedMeetingSchema = z.object({
  roomId: roomIdSchema,
  title: z.string(),
  openedAt: timeSchema,
  endedAt: timeSchema,
  ms,
  sites: count,
  /** All sites' times in the meeting together. */
  siteMs: ms,
  recordedMs: ms,
});
/** REG-20. Without a unit: meetings that nobody had booked. */
export const unitUseSchema = z.object({
  hostUnitId: organisationIdSchema.optional(),
  hostUnit: z.string(),
  meetings: z.array(usedMeetingSchema),
  ms,
  sites: count,
  siteMs: ms,
  recordedMs: ms,
});
export const usageSchema = z.object({ from: timeSchema, to: timeSchema, units: z.array(unitUseSchema) });

export const lineMeasureSchema = z.enum(['availability', 'loss', 'jitterMs', 'roundTripMs']);
/** As it was measured against what was agreed; `value` is absent where nothing was measured, `target` where none was. */
export const judgedSchema = z.object({
  value: z.number().optional(),
  target: z.number().optional(),
  met: z.boolean().optional(),
});
const judgedByMeasure = z.object({
  availability: judgedSchema,
  loss: judgedSchema,
  jitterMs: judgedSchema,
  roundTripMs: judgedSchema,
});
/** Why a line did not serve: its connection was lost, its call was, or nothing came over it. */
export const outageSchema = z.object({ ...spanShape, why: z.enum(['connection', 'call', 'incident']) });
/** A line in one meeting. */
export const lineMeetingSchema = z.object({
  roomId: roomIdSchema,
  title: z.string(),
  from: timeSchema,
  to: timeSchema,
  expectedMs: ms,
  outageMs: ms,
  outages: z.array(outageSchema),
  /** Minutes that were measured, and their means: percent of the packets, milliseconds. */
  minutes: count,
  loss: z.number().optional(),
  jitterMs: z.number().optional(),
  roundTripMs: z.number().optional(),
});
export const lineReportSchema = z.object({
  siteId: siteIdSchema,
  name: z.string(),
  targets: lineTargetsSchema,
  expectedMs: ms,
  outageMs: ms,
  minutes: count,
  figures: judgedByMeasure,
  meetings: z.array(lineMeetingSchema),
});
/** REG-17: one carrier's lines in one month. Percent, and milliseconds. */
export const carrierReportSchema = z.object({
  carrierId: organisationIdSchema,
  carrier: z.string(),
  from: timeSchema,
  to: timeSchema,
  lines: z.array(lineReportSchema),
  /** Of all lines together. */
  expectedMs: ms,
  outageMs: ms,
  minutes: count,
  figures: judgedByMeasure,
  incidents: z.array(z.object({ roomId: roomIdSchema, title: z.string(), record: incidentRecordSchema })),
});

/** What all lines of a carrier did together; `judged` of them had a target and were measured, `missed` of those did not meet it. */
const figureOfLines = z.object({ value: z.number().optional(), judged: count, missed: count });
/** Percent, and milliseconds; of targets those of each line (REG-17). */
export const carrierFiguresSchema = z.object({
  expectedMs: ms,
  outageMs: ms,
  outages: count,
  incidents: count,
  incidentMs: ms,
  figures: z.object({
    availability: figureOfLines,
    loss: figureOfLines,
    jitterMs: figureOfLines,
    roundTripMs: figureOfLines,
  }),
});

const monthShape = {
  /** 1 is January. */
  month: z.number().int().min(1).max(12),
  meetings: z.array(roomIdSchema),
  ms,
  siteMs: ms,
  speeches: count,
  speechMs: ms,
  incidents: count,
  incidentMs: ms,
};
/** REG-16: a year of meetings, as it was recorded. */
export const yearReviewSchema = z.object({
  year: z.number().int(),
  meetings: z.array(meetingRowSchema),
  months: z.array(z.object(monthShape)),
  totals: z.object(monthShape).omit({ month: true, meetings: true }).extend({ meetings: count }),
  /** Booked meetings whose lead times were kept (REG-1), and those that needed none (REG-3). */
  leadTimes: z.object({
    announcement: z.object({ kept: z.array(bookingIdSchema), missed: z.array(bookingIdSchema) }),
    carrier: z.object({ kept: z.array(bookingIdSchema), missed: z.array(bookingIdSchema) }),
    emergencies: z.array(bookingIdSchema),
  }),
  units: z.array(unitUseSchema.omit({ meetings: true }).extend({ meetings: count })),
  carriers: z.array(
    z.object({
      carrierId: organisationIdSchema,
      carrier: z.string(),
      lines: count,
      /** From January on; null where it served no meeting. */
      months: z.array(carrierFiguresSchema.nullable()),
      year: carrierFiguresSchema,
    }),
  ),
  feedback: z.array(feedbackSchema.extend({ roomId: roomIdSchema, title: z.string() })),
});

export const monthSchema = z.string().regex(/^20\d\d-(?:0[1-9]|1[0-2])$/);

export type Stay = z.infer<typeof staySchema>;
export type Attendee = z.infer<typeof attendeeSchema>;
export type Speech = z.infer<typeof speechSchema>;
export type Speaker = z.infer<typeof speakerSchema>;
export type IncidentRecord = z.infer<typeof incidentRecordSchema>;
export type Recorded = z.infer<typeof recordedSchema>;
export type MinutesBooking = z.infer<typeof minutesBookingSchema>;
export type Minutes = z.infer<typeof minutesSchema>;
export type MinutesAnswer = z.infer<typeof minutesAnswerSchema>;
export type ToldEvent = z.infer<typeof toldEventSchema>;
export type MeetingRow = z.infer<typeof meetingRowSchema>;
export type UsedMeeting = z.infer<typeof usedMeetingSchema>;
export type UnitUse = z.infer<typeof unitUseSchema>;
export type Usage = z.infer<typeof usageSchema>;
export type LineMeasure = z.infer<typeof lineMeasureSchema>;
export type Judged = z.infer<typeof judgedSchema>;
export type Outage = z.infer<typeof outageSchema>;
export type LineMeeting = z.infer<typeof lineMeetingSchema>;
export type LineReport = z.infer<typeof lineReportSchema>;
export type CarrierReport = z.infer<typeof carrierReportSchema>;
export type CarrierFigures = z.infer<typeof carrierFiguresSchema>;
export type YearReview = z.infer<typeof yearReviewSchema>;
