import { z } from 'zod';
import { nameSchema, timeSchema } from './basics.ts';
import { chatSchema } from './chat.ts';
import {
  callIdSchema,
  participantIdSchema,
  recordingIdSchema,
  requestIdSchema,
  roomIdSchema,
  sipAccountSchema,
  sipAddressSchema,
  siteIdSchema,
} from './ids.ts';
import { incidentSchema } from './incidents.ts';
import {
  drawnTextSchema,
  layoutSchema,
  overlaySchema,
  ownAudienceSchema,
  previewSchema,
  tierSchema,
} from './layouts.ts';
import { roomRehearsalSchema } from './rehearsals.ts';

export { nameSchema, timeSchema };

export const roleSchema = z.enum(['operator', 'chair', 'site', 'guest', 'service']);
export const kindSchema = z.enum(['browser', 'sip', 'simulator', 'composer', 'recorder', 'gateway']);

/**
 * What a participant sends. A codec's presentation is its `screen`. The others are the composer's: `program` is its
 * picture (with `for`, the one of that key: `pictureKeyFor` in `server/room/viewing.ts`), `content` what is presented,
 * `programWithContent` both in one for who has one picture only, `mix` the sum of all open microphones, `mixMinus`
 * that sum without the participant named in `for`. Each of the three pictures may be sent in several tiers.
 */
export const sourceSchema = z.enum([
  'camera',
  'microphone',
  'screen',
  'screenAudio',
  'program',
  'content',
  'programWithContent',
  'mix',
  'mixMinus',
]);
export const sentSourceSchema = z.strictObject({
  source: sourceSchema,
  for: participantIdSchema.optional(),
  tier: tierSchema.optional(),
});
export const sourceRefSchema = z.strictObject({
  participantId: participantIdSchema,
  source: sourceSchema,
  for: participantIdSchema.optional(),
  tier: tierSchema.optional(),
});

/** `away`: connection lost, grace running. `left`: gone, its place in a layout is kept. `removed`: may not return. */
export const presenceSchema = z.enum(['present', 'away', 'left', 'removed']);
/** The gate at the server (REG-10). `open` is the only state in which anyone hears this participant. */
export const gateSchema = z.enum(['closed', 'open']);

/** SRTP towards a site: nothing else, where the other end can (RFC 8643), never. */
export const encryptionSchema = z.enum(['required', 'preferred', 'off']);

/** What is configured of a line, kbit/s; up is from the site to the centre. */
export const lineCapacitySchema = z.strictObject({
  upKbps: z.number().int().positive().optional(),
  downKbps: z.number().int().positive().optional(),
});

/** A site that may enter this room, as the directory knew it when it was invited. */
export const invitedSiteSchema = z.strictObject({
  siteId: siteIdSchema,
  name: nameSchema,
  /** Absent: reached where its `account` is registered. */
  address: sipAddressSchema.optional(),
  /** Tried when the address fails: a telephone, a second line. */
  fallback: sipAddressSchema.optional(),
  account: sipAccountSchema.optional(),
  /** An upper level's bridge (REG-19): its picture is itself composed of many. */
  bridge: z.boolean(),
  encryption: encryptionSchema,
  /** Absent: nothing is known of it. */
  line: lineCapacitySchema.optional(),
});

/** What a codec turned out to be and to be able to, as the gateway found in the call. */
export const endpointSchema = z.strictObject({
  userAgent: z.string().max(200).optional(),
  /** Every stream of the call is SRTP. */
  encrypted: z.boolean(),
  /** Where it shows a presentation: in a second picture (BFCP), inside its only one, nowhere. */
  content: z.enum(['separate', 'inside', 'none']),
  /** Far-end camera control (H.281). */
  cameraControl: z.boolean(),
  /** False for a telephone. */
  video: z.boolean(),
});

/** -1 is left, down, out; 1 is right, up, in (H.281 3). */
const directionSchema = z.union([z.literal(-1), z.literal(0), z.literal(1)]);
export const movementSchema = z.strictObject({ pan: directionSchema, tilt: directionSchema, zoom: directionSchema });
/** H.281 3.5 has sixteen. */
export const presetSchema = z.number().int().min(0).max(15);
/** A named framing of a site's camera (REG-6, REG-11). */
export const framingSchema = z.strictObject({ preset: presetSchema, name: nameSchema });
export const movedBySchema = movementSchema.extend({ by: participantIdSchema });
const presetUseSchema = z.strictObject({ preset: presetSchema, at: timeSchema });
/** What is asked of a codec's camera: moved by whom until told otherwise, and the last preset recalled and stored. */
export const cameraSchema = z.strictObject({
  moving: movedBySchema.nullable(),
  recalled: presetUseSchema.optional(),
  stored: presetUseSchema.optional(),
});

/** What the centre adds to or takes from a participant's loudness, in decibels. */
export const gainSchema = z.number().min(-20).max(20);
/** What a composition leaves out because the processor is short, each on top of the one before. */
export const shedSchema = z.enum(['nothing', 'transitions', 'frameRate', 'tier']);

export const participantSchema = z.strictObject({
  id: participantIdSchema,
  role: roleSchema,
  kind: kindSchema,
  name: nameSchema,
  /** SIP address of a codec; shown to operators only. */
  address: z.string().max(256).optional(),
  callId: callIdSchema.optional(),
  siteId: siteIdSchema.optional(),
  /** An upper level's bridge: never the active speaker's picture. Everyone knows, because everyone draws layouts. */
  bridge: z.literal(true).optional(),
  endpoint: endpointSchema.optional(),
  camera: cameraSchema.optional(),
  /** They outlast the call. */
  framings: z.array(framingSchema).max(16).optional(),
  presence: presenceSchema,
  joinedAt: timeSchema,
  presenceSince: timeSchema,
  sources: z.array(sentSourceSchema),
  gate: gateSchema,
  /** The participant switched its own microphone off; the gate stays as it is. */
  muted: z.boolean(),
  /** Absent: none. It outlasts the call. */
  gainDb: gainSchema.optional(),
  /** A composer's; absent: nothing. */
  shed: shedSchema.exclude(['nothing']).optional(),
});

/** Shown to everyone in the place of the meeting's pictures: before the opening, or in a break until about `until`. */
export const holdKindSchema = z.enum(['before', 'break']);
export const holdSchema = z.strictObject({
  kind: holdKindSchema,
  text: drawnTextSchema,
  until: timeSchema.optional(),
  since: timeSchema,
});

export const pinSchema = z.string().regex(/^\d{6}$/);

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

/** `waiting`: between two attempts; the next begins at `retryAt`. */
export const callStatusSchema = z.enum(['requested', 'trying', 'ringing', 'waiting', 'answered', 'failed', 'ended']);
export const callCauseSchema = z.enum([
  'busy',
  'noAnswer',
  'declined',
  'notFound',
  'notRegistered',
  'unavailable',
  'unreachable',
  'authenticationFailed',
  'mediaRefused',
  'encryptionRefused',
  /** It names another address (RFC 3261 21.3): the centre calls only whom it has chosen (REG-12). */
  'redirected',
  'cancelled',
  'hungUp',
  'lost',
  'error',
]);
export const callSchema = z.strictObject({
  id: callIdSchema,
  direction: z.enum(['out', 'in']),
  /** The one in use: that of the site, or its fallback. `sip:ACCOUNT` where `account` is set. */
  address: z.string().min(1).max(256),
  /** To be called wherever this account is registered with us. */
  account: sipAccountSchema.optional(),
  /** Tried by the gateway when the address fails. */
  fallback: sipAddressSchema.optional(),
  siteId: siteIdSchema.optional(),
  name: nameSchema,
  participantId: participantIdSchema,
  status: callStatusSchema,
  /** Counted from 1. */
  attempt: z.number().int().min(1).default(1),
  /** The gateway tries again, with back-off, until the call is answered or hung up. */
  redial: z.boolean().default(false),
  retryAt: timeSchema.optional(),
  /** Why it ended, or why the last attempt failed. */
  cause: callCauseSchema.optional(),
  /** The peer's own words: the reason phrase, or its Reason header's (RFC 3326; Q.850). */
  causeText: z.string().max(120).optional(),
  /** The SIP status that ended it (RFC 3261 21), where there was one. */
  sipStatus: z.number().int().min(100).max(699).optional(),
  /** Reported before its participant was in the room, whose it becomes. */
  endpoint: endpointSchema.optional(),
  startedAt: timeSchema,
  changedAt: timeSchema,
});

/**
 * Which streams besides the program are recorded: everyone's own picture and sound while his microphone is open (what
 * is presented is a choice of its own).
 */
export const recordedTracksSchema = z.enum(['none', 'speakers']);
/** What is wrong with a recording that goes on: the disk fills, no sound, no picture, or less time than the clock's. */
export const recordingWarningSchema = z.enum(['diskLow', 'silent', 'black', 'late']);

/** A recording of one file, in the folder of recordings; without its ending it is the list's id. */
export const recordingFileSchema = z
  .string()
  .max(128)
  .regex(/^[\w-]+\.mp4$/);

const recorded = {
  id: recordingIdSchema,
  tracks: recordedTracksSchema,
  content: z.boolean(),
  warnings: z.array(z.strictObject({ warning: recordingWarningSchema, since: timeSchema })),
};
export const recordingSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('off') }),
  z.strictObject({ status: z.literal('starting'), ...recorded, requestedAt: timeSchema }),
  z.strictObject({ status: z.literal('running'), ...recorded, startedAt: timeSchema }),
  z.strictObject({ status: z.literal('stopping'), ...recorded, startedAt: timeSchema }),
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
  /** In the place of the program: an audience's own. Who has none of his own, and is a codec, has the codecs'. */
  own: z.record(ownAudienceSchema, layoutSchema),
  overlay: overlaySchema,
  hold: holdSchema.nullable(),
  /** Who the active-speaker slots show: smoothed, among the open microphones. */
  speaker: participantIdSchema.nullable(),
  calls: z.record(callIdSchema, callSchema),
  /** The sites that may enter (REG-12), and that `dialAbsent` calls. */
  sites: z.record(siteIdSchema, invitedSiteSchema),
  /** With it an unknown codec or a telephone gets in. The centre's. */
  pin: pinSchema.optional(),
  recording: recordingSchema,
  attempts: z.array(attemptSchema),
  /** The last of each conversation. */
  chat: chatSchema,
  /** In the order in which they were opened; of those that are over, the last ones. */
  incidents: z.array(incidentSchema),
  /** Null where the meeting was not booked, or is an emergency. */
  rehearsal: roomRehearsalSchema.nullable(),
});

export type Time = z.infer<typeof timeSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Kind = z.infer<typeof kindSchema>;
export type Source = z.infer<typeof sourceSchema>;
export type SentSource = z.infer<typeof sentSourceSchema>;
export type SourceRef = z.infer<typeof sourceRefSchema>;
export type Participant = z.infer<typeof participantSchema>;
export type FloorRequest = z.infer<typeof floorRequestSchema>;
export type Shed = z.infer<typeof shedSchema>;
export type Hold = z.infer<typeof holdSchema>;
export type Encryption = z.infer<typeof encryptionSchema>;
export type LineCapacity = z.infer<typeof lineCapacitySchema>;
export type InvitedSite = z.infer<typeof invitedSiteSchema>;
export type Endpoint = z.infer<typeof endpointSchema>;
export type Movement = z.infer<typeof movementSchema>;
export type Framing = z.infer<typeof framingSchema>;
export type Camera = z.infer<typeof cameraSchema>;
export type Call = z.infer<typeof callSchema>;
export type CallCause = z.infer<typeof callCauseSchema>;
export type Recording = z.infer<typeof recordingSchema>;
export type RecordedTracks = z.infer<typeof recordedTracksSchema>;
export type RecordingWarning = z.infer<typeof recordingWarningSchema>;
export type Attempt = z.infer<typeof attemptSchema>;
export type RoomState = z.infer<typeof roomStateSchema>;
export type { Chat, ChatMessage, Recipient } from './chat.ts';
export type { Audience, Fit, Layout, LayoutName, Overlay, OwnAudience, Rectangle, Slot, Tier } from './layouts.ts';
