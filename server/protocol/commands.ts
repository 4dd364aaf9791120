import { z } from 'zod';
import { chatTextSchema } from './chat.ts';
import {
  callIdSchema,
  participantIdSchema,
  recordingIdSchema,
  requestIdSchema,
  sipAddressSchema,
  siteIdSchema,
} from './ids.ts';
import { incidentIdSchema, incidentKindSchema, incidentTextSchema, toldPartySchema } from './incidents.ts';
import { audienceSchema, layoutSchema, overlaySchema, ownAudienceSchema } from './layouts.ts';
import {
  callCauseSchema,
  endpointSchema,
  gainSchema,
  holdSchema,
  movementSchema,
  nameSchema,
  presetSchema,
  recordedTracksSchema,
  recordingFileSchema,
  recordingWarningSchema,
  shedSchema,
  timeSchema,
} from './records.ts';

const target = { participantId: participantIdSchema };
const request = { requestId: requestIdSchema };
const incident = { incidentId: incidentIdSchema };

/** Everything that someone may want of a room. Who may want what is `server/room/policy.ts`. */
export const commandSchema = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('leave') }),
  /** One's own microphone switched off or on; the gate is another thing. */
  z.strictObject({ verb: z.literal('muteSelf'), muted: z.boolean() }),

  // The floor (REG-9, REG-10)
  z.strictObject({ verb: z.literal('requestFloor') }),
  z.strictObject({ verb: z.literal('withdrawRequest') }),
  /** The speaker gives the floor back. */
  z.strictObject({ verb: z.literal('finishSpeaking') }),
  /** The operator enters a request for a site that phoned. */
  z.strictObject({ verb: z.literal('enterRequest'), ...target }),
  z.strictObject({ verb: z.literal('forwardRequest'), ...request }),
  z.strictObject({ verb: z.literal('grantFloor'), ...request }),
  z.strictObject({ verb: z.literal('declineRequest'), ...request }),
  z.strictObject({ verb: z.literal('revokeFloor'), ...target }),
  z.strictObject({ verb: z.literal('openMicrophone'), ...target }),
  z.strictObject({ verb: z.literal('closeMicrophone'), ...target }),
  /** Every microphone but the chair's. */
  z.strictObject({ verb: z.literal('closeAllMicrophones') }),

  // The picture (REG-7)
  z.strictObject({ verb: z.literal('editPreview'), layout: layoutSchema }),
  /**
   * Preview becomes program, or this audience's own picture. `version` is the preview the operator saw; another one is
   * refused.
   */
  z.strictObject({
    verb: z.literal('take'),
    version: z.number().int().nonnegative(),
    audience: audienceSchema.optional(),
  }),
  /** This audience has no picture of its own any more. */
  z.strictObject({ verb: z.literal('followProgram'), audience: ownAudienceSchema }),
  /** What is not named stays. */
  z.strictObject({ verb: z.literal('setOverlay'), ...overlaySchema.partial().shape }),
  /** In the place of an earlier one. */
  z.strictObject({
    verb: z.literal('hold'),
    ...holdSchema.omit({ since: true, text: true }).shape,
    text: holdSchema.shape.text.optional(),
  }),
  z.strictObject({ verb: z.literal('endHold') }),

  // The sound
  z.strictObject({ verb: z.literal('setGain'), ...target, gainDb: gainSchema }),

  /** Ends what this participant presents; its device is told. A newer presentation ends the older by itself. */
  z.strictObject({ verb: z.literal('stopPresenting'), ...target }),

  // Far-end cameras (REG-11); a camera goes on moving until it is told otherwise: all zero stops it
  z.strictObject({ verb: z.literal('moveCamera'), ...target, ...movementSchema.shape }),
  /** The camera's framing of now becomes this preset. */
  z.strictObject({ verb: z.literal('storeFraming'), ...target, preset: presetSchema, name: nameSchema }),
  z.strictObject({ verb: z.literal('recallFraming'), ...target, preset: presetSchema }),
  /** Only its name: the camera keeps what it keeps. */
  z.strictObject({ verb: z.literal('forgetFraming'), ...target, preset: presetSchema }),

  // Messages: between the centre and each site; among the sites only where the operator lets them
  z.strictObject({ verb: z.literal('writeToCentre'), text: chatTextSchema }),
  z.strictObject({ verb: z.literal('writeToEveryone'), text: chatTextSchema }),
  z.strictObject({ verb: z.literal('writeTo'), ...target, text: chatTextSchema }),
  /** Whether sites and guests may write to everyone. */
  z.strictObject({ verb: z.literal('openChat'), open: z.boolean() }),

  // The roster
  z.strictObject({ verb: z.literal('removeParticipant'), ...target }),
  z.strictObject({ verb: z.literal('readmitParticipant'), ...target }),
  z.strictObject({ verb: z.literal('renameParticipant'), ...target, name: nameSchema }),

  // Calls (REG-12): only the centre dials
  z.strictObject({
    verb: z.literal('dial'),
    address: sipAddressSchema,
    name: nameSchema.optional(),
    fallback: sipAddressSchema.optional(),
  }),
  /** An invited site, as the directory says how; tried again until it answers. */
  z.strictObject({ verb: z.literal('dialSite'), siteId: siteIdSchema }),
  /** Every invited site that is neither here nor being called. */
  z.strictObject({ verb: z.literal('dialAbsent') }),
  /** A waiting call is tried at once. */
  z.strictObject({ verb: z.literal('redial'), callId: callIdSchema }),
  /** Cancels a ringing or waiting call or ends an answered one. */
  z.strictObject({ verb: z.literal('hangUp'), callId: callIdSchema }),

  /** Besides the program: each speaker's own picture and sound, and what is presented. Absent: neither. */
  z.strictObject({
    verb: z.literal('startRecording'),
    tracks: recordedTracksSchema.optional(),
    content: z.boolean().optional(),
  }),
  z.strictObject({ verb: z.literal('stopRecording') }),
  z.strictObject({ verb: z.literal('endMeeting') }),

  // Incidents (REG-8)
  /** By hand: what the monitor cannot see. One of a kind at a site. */
  z.strictObject({
    verb: z.literal('openIncident'),
    ...target,
    kind: incidentKindSchema,
    note: incidentTextSchema.optional(),
  }),
  /** What is not named stays; an empty text and `null` take back. Also of one that is over. */
  z.strictObject({
    verb: z.literal('reportIncident'),
    ...incident,
    cause: incidentTextSchema.optional(),
    remedy: incidentTextSchema.optional(),
    expectedAt: timeSchema.nullable().optional(),
  }),
  /** Somebody was told of it just now. */
  z.strictObject({
    verb: z.literal('tellIncident'),
    ...incident,
    party: toldPartySchema,
    name: nameSchema.optional(),
  }),
  /** Of one that was opened by hand. */
  z.strictObject({ verb: z.literal('endIncident'), ...incident }),

  // What the gateway tells the room
  /** A composer of itself: `nothing` where the processor suffices again. */
  z.strictObject({ verb: z.literal('reportComposer'), ...target, shed: shedSchema }),
  z.strictObject({
    verb: z.literal('reportCall'),
    callId: callIdSchema,
    status: z.enum(['trying', 'ringing', 'waiting', 'answered', 'failed', 'ended']),
    /** The one in use now, where it is another than before. */
    address: z.string().min(1).max(256).optional(),
    attempt: z.number().int().min(1).optional(),
    /** With `waiting`. */
    retryAt: timeSchema.optional(),
    cause: callCauseSchema.optional(),
    causeText: z.string().max(120).optional(),
    sipStatus: z.number().int().min(100).max(699).optional(),
  }),
  /** As soon as it is agreed on, and whenever it changes. */
  z.strictObject({ verb: z.literal('reportEndpoint'), ...target, endpoint: endpointSchema }),
  z.strictObject({
    verb: z.literal('reportRecording'),
    recordingId: recordingIdSchema,
    /**
     * `running`: the first picture is on disk, of whichever part. `partSaved`: the recorder died and goes on in another
     * part; what it had written is kept. `warned`: all that is wrong now.
     */
    status: z.enum(['running', 'partSaved', 'saved', 'failed', 'warned']),
    /** Of a recording that is one file. */
    file: recordingFileSchema.optional(),
    /** Of the program. */
    durationMs: z.number().int().nonnegative().optional(),
    /** Of all streams. */
    bytes: z.number().int().nonnegative().optional(),
    /** With `warned`; none: all is well again. */
    warnings: z.array(recordingWarningSchema).max(8).optional(),
    reason: z.string().max(200).optional(),
  }),
]);

export type Command = z.infer<typeof commandSchema>;
export type Verb = Command['verb'];
