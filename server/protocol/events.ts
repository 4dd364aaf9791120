import { z } from 'zod';
import { bookingIdSchema } from './bookings.ts';
import { chatMessageSchema } from './chat.ts';
import { participantIdSchema, recordingIdSchema, roomIdSchema } from './ids.ts';
import { incidentSchema } from './incidents.ts';
import { layoutSchema, overlaySchema, ownAudienceSchema, previewSchema } from './layouts.ts';
import {
  attemptSchema,
  callSchema,
  endpointSchema,
  floorRequestSchema,
  framingSchema,
  gainSchema,
  holdSchema,
  invitedSiteSchema,
  movedBySchema,
  nameSchema,
  participantSchema,
  pinSchema,
  presetSchema,
  recordedTracksSchema,
  recordingFileSchema,
  recordingWarningSchema,
  sentSourceSchema,
  shedSchema,
  timeSchema,
} from './records.ts';
import { siteLacksSchema, siteRehearsalSchema } from './rehearsals.ts';

const who = { participantId: participantIdSchema };
const saved = {
  recordingId: recordingIdSchema,
  /** Absent: a folder of streams and parts. */
  file: recordingFileSchema.optional(),
  durationMs: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
};

export const leaveReasonSchema = z.enum(['left', 'removed', 'graceExpired', 'hungUp', 'meetingEnded']);
export const closeReasonSchema = z.enum(['revoked', 'closed', 'closedAll', 'finished', 'left']);

/**
 * Everything that happens in a room. Records are carried whole, so that someone who may see only the later of two
 * events still understands it.
 */
export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('meetingOpened'), roomId: roomIdSchema, title: nameSchema }),
  z.strictObject({ type: z.literal('meetingEnded') }),
  /** The server came back from the log: every connection and every source is gone, nothing else is. */
  z.strictObject({ type: z.literal('serverRestarted') }),

  /** Also a return after `left`: the record replaces the earlier one, the gate is as the record says. */
  z.strictObject({ type: z.literal('participantJoined'), participant: participantSchema }),
  z.strictObject({ type: z.literal('participantLost'), ...who }),
  z.strictObject({ type: z.literal('participantReturned'), ...who }),
  z.strictObject({ type: z.literal('participantLeft'), ...who, reason: leaveReasonSchema }),
  z.strictObject({ type: z.literal('participantReadmitted'), ...who }),
  z.strictObject({ type: z.literal('participantRenamed'), ...who, name: nameSchema }),
  z.strictObject({ type: z.literal('sourceOpened'), ...who, sent: sentSourceSchema }),
  z.strictObject({ type: z.literal('sourceClosed'), ...who, sent: sentSourceSchema }),
  z.strictObject({ type: z.literal('selfMuted'), ...who, muted: z.boolean() }),

  z.strictObject({ type: z.literal('floorRequested'), request: floorRequestSchema }),
  z.strictObject({ type: z.literal('requestForwarded'), request: floorRequestSchema }),
  z.strictObject({ type: z.literal('requestWithdrawn'), request: floorRequestSchema }),
  z.strictObject({ type: z.literal('requestDeclined'), request: floorRequestSchema }),
  z.strictObject({ type: z.literal('floorGranted'), request: floorRequestSchema }),
  z.strictObject({ type: z.literal('floorFinished'), request: floorRequestSchema, reason: closeReasonSchema }),
  z.strictObject({ type: z.literal('microphoneOpened'), ...who }),
  z.strictObject({ type: z.literal('microphoneClosed'), ...who, reason: closeReasonSchema }),
  z.strictObject({ type: z.literal('speakerChanged'), participantId: participantIdSchema.nullable() }),

  z.strictObject({ type: z.literal('previewEdited'), preview: previewSchema }),
  z.strictObject({ type: z.literal('programTaken'), layout: layoutSchema }),
  z.strictObject({ type: z.literal('ownPictureTaken'), audience: ownAudienceSchema, layout: layoutSchema }),
  z.strictObject({ type: z.literal('programFollowed'), audience: ownAudienceSchema }),
  z.strictObject({ type: z.literal('overlayChanged'), overlay: overlaySchema }),
  z.strictObject({ type: z.literal('holdBegan'), hold: holdSchema }),
  z.strictObject({ type: z.literal('holdEnded') }),
  z.strictObject({ type: z.literal('composerStrained'), ...who, shed: shedSchema }),

  z.strictObject({ type: z.literal('gainSet'), ...who, gainDb: gainSchema }),

  /** The presentation ends at the server: `stopped` by command, `replaced` by a newer one. */
  z.strictObject({ type: z.literal('presentationStopped'), ...who, reason: z.enum(['stopped', 'replaced']) }),

  z.strictObject({ type: z.literal('messageWritten'), message: chatMessageSchema }),
  z.strictObject({ type: z.literal('chatOpened'), open: z.boolean() }),

  z.strictObject({ type: z.literal('endpointReported'), ...who, endpoint: endpointSchema }),
  z.strictObject({ type: z.literal('cameraMoved'), ...who, moving: movedBySchema.nullable() }),
  z.strictObject({ type: z.literal('framingStored'), ...who, framing: framingSchema }),
  z.strictObject({ type: z.literal('framingRecalled'), ...who, preset: presetSchema }),
  z.strictObject({ type: z.literal('framingForgotten'), ...who, preset: presetSchema }),

  /** The whole list, in the place of the earlier one. */
  z.strictObject({ type: z.literal('sitesInvited'), sites: z.array(invitedSiteSchema).max(400) }),
  z.strictObject({ type: z.literal('pinSet'), pin: pinSchema }),

  z.strictObject({ type: z.literal('callPlaced'), call: callSchema }),
  z.strictObject({ type: z.literal('callChanged'), call: callSchema }),

  z.strictObject({
    type: z.literal('recordingRequested'),
    recordingId: recordingIdSchema,
    tracks: recordedTracksSchema.default('none'),
    content: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('recordingStarted'), recordingId: recordingIdSchema }),
  /** All that is wrong with it now. */
  z.strictObject({
    type: z.literal('recordingWarned'),
    recordingId: recordingIdSchema,
    warnings: z.array(recordingWarningSchema),
  }),
  z.strictObject({ type: z.literal('recordingStopRequested'), recordingId: recordingIdSchema }),
  z.strictObject({ type: z.literal('recordingSaved'), ...saved }),
  /** The recording goes on in another part. */
  z.strictObject({ type: z.literal('recordingPartSaved'), ...saved }),
  z.strictObject({ type: z.literal('recordingFailed'), recordingId: recordingIdSchema, reason: z.string().max(200) }),

  /**
   * A line, sound or picture has failed (REG-8), seen by the monitor or by someone; it goes on with one more line; what is known
   * of it now; somebody was told; it is over. `desk`: the user who entered it at the desk, when the meeting was over perhaps.
   */
  z.strictObject({ type: z.literal('incidentOpened'), incident: incidentSchema }),
  z.strictObject({ type: z.literal('incidentWidened'), incident: incidentSchema }),
  z.strictObject({ type: z.literal('incidentReported'), incident: incidentSchema, desk: nameSchema.optional() }),
  z.strictObject({ type: z.literal('incidentTold'), incident: incidentSchema, desk: nameSchema.optional() }),
  z.strictObject({ type: z.literal('incidentEnded'), incident: incidentSchema }),

  /** The room is a booked meeting's (REG-5); what a site has tested and signed by now; when the time was up, what was lacking. */
  z.strictObject({
    type: z.literal('rehearsalPrepared'),
    bookingId: bookingIdSchema,
    startsAt: timeSchema,
    dueAt: timeSchema,
  }),
  z.strictObject({ type: z.literal('siteRehearsed'), site: siteRehearsalSchema }),
  z.strictObject({ type: z.literal('rehearsalFellDue'), lacking: z.array(siteLacksSchema).max(400) }),

  z.strictObject({ type: z.literal('attemptRefused'), attempt: attemptSchema }),
  /** Media could not do what an effect asked; the operator is told. */
  z.strictObject({ type: z.literal('effectFailed'), effect: z.string().max(64), reason: z.string().max(200) }),
]);

/** `by` is a participant's id, or `system`. */
export const loggedEventSchema = z.strictObject({
  seq: z.number().int().positive(),
  at: timeSchema,
  by: z.union([z.literal('system'), participantIdSchema]),
  event: eventSchema,
});

export type RoomEvent = z.infer<typeof eventSchema>;
export type EventType = RoomEvent['type'];
export type LoggedEvent = z.infer<typeof loggedEventSchema>;
export type CloseReason = z.infer<typeof closeReasonSchema>;
export type LeaveReason = z.infer<typeof leaveReasonSchema>;
