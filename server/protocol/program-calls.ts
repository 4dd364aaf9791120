import { z } from 'zod';
import { BOOKING_EVENTS, bookingSchema, type ProgramEvent, ROOM_EVENTS } from './bookings.ts';
import { recordingIdSchema, roomIdSchema } from './ids.ts';
import { listedIncidentSchema } from './incidents.ts';
import { timeSchema } from './records.ts';

// What a program is sent when it is called (Standard Webhooks 1.0), by what is told.

const meeting = { roomId: roomIdSchema, title: z.string() };
/** As it is known when the call is made (REG-8). */
export const toldIncidentSchema = z.object({ ...meeting, incident: listedIncidentSchema });
export const deletedRecordingSchema = z.object({ ...meeting, recordingId: recordingIdSchema });
export const readyRecordingSchema = deletedRecordingSchema.extend({
  startedAt: timeSchema,
  durationMs: z.number().nonnegative(),
  bytes: z.number().nonnegative(),
});

const DATA_OF_ROOMS: Record<(typeof ROOM_EVENTS)[number], z.ZodType> = {
  'incident.opened': toldIncidentSchema,
  'incident.closed': toldIncidentSchema,
  'recording.ready': readyRecordingSchema,
  'recording.deleted': deletedRecordingSchema,
};

/** `type` of the call that tells of one. */
export function callTypeOf(event: ProgramEvent): string {
  return event.includes('.') ? event : `booking.${event}`;
}

const callOf = (type: string, data: z.ZodType) =>
  z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data });

/** The body of each call. */
export const PROGRAM_CALLS: ReadonlyMap<ProgramEvent, z.ZodType> = new Map<ProgramEvent, z.ZodType>([
  ...BOOKING_EVENTS.map((event): [ProgramEvent, z.ZodType] => [event, callOf(callTypeOf(event), bookingSchema)]),
  ...ROOM_EVENTS.map((event): [ProgramEvent, z.ZodType] => [event, callOf(event, DATA_OF_ROOMS[event])]),
]);

export type ReadyRecording = z.infer<typeof readyRecordingSchema>;
