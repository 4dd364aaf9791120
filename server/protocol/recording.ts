import { z } from 'zod';
import { writtenTextSchema } from './basics.ts';
import { participantIdSchema, recordingIdSchema, roomIdSchema } from './ids.ts';
import { incidentIdSchema, incidentKindSchema } from './incidents.ts';
import { nameSchema, recordingWarningSchema, timeSchema } from './records.ts';

/**
 * Recordings: what lies on disk, and what is told of it over HTTP.
 *
 * On disk, `<data>/recordings/<recordingId>/`: a recording consists of streams, a stream of parts (a new one whenever
 * its writer begins anew), a part of one file `<streamId>.<n>.mp4|webm` and its index `<streamId>.<n>.index.jsonl`. The
 * index is the truth about what is playable: its lines are written after the bytes they tell of.
 *
 * Three times: wall clock (ms since 1970); the recording's own time, `at`, ms since the program's first picture with
 * gaps counted; and `mediaAt`, what a player counts: the same without the gaps.
 */
export const streamIdSchema = z.string().regex(/^(?:program|content|track-[A-Za-z0-9_-]{1,64})$/);
export const streamKindSchema = z.enum(['program', 'content', 'track']);
export const containerSchema = z.enum(['mp4', 'webm']);
/** The name of a part's file in the recording's folder. */
export const partFileSchema = z
  .string()
  .regex(/^(?:program|content|track-[A-Za-z0-9_-]{1,64})\.\d{1,4}\.(?:mp4|webm)$/);

const milliseconds = z.number().int().nonnegative();
const bytes = z.number().int().nonnegative();
const bytesAtSchema = z.object({ offset: bytes, bytes });

/** AES-256-CTR by offset; `iv` is the counter block of byte 0, 16 bytes in base64. The index itself is in the clear. */
export const encryptedSchema = z.object({
  alg: z.literal('AES-256-CTR'),
  iv: z.base64().length(24),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
});
/** First line of an index, written as soon as the file's initialization (`ftyp`+`moov`, or EBML head) is on disk. */
export const indexHeaderSchema = z.object({
  v: z.literal(1),
  stream: streamIdSchema,
  kind: streamKindSchema,
  participantId: participantIdSchema.optional(),
  name: nameSchema.optional(),
  container: containerSchema,
  part: z.number().int().min(1).max(9999),
  /** Wall clock of media time 0. */
  startedAt: timeSchema,
  encrypted: encryptedSchema.optional(),
  /** RFC 6381, as `codecs` of a MIME type. */
  codecs: z.string().regex(/^[\w.,+ -]{1,120}$/),
  /** Of the first picture, where there is one. */
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  init: bytesAtSchema,
});
/** One fragment (`moof`+`mdat`, or cluster). `at` counts from the part's media time 0; `wall`: when it was on disk. */
export const fragmentSchema = bytesAtSchema.extend({
  at: milliseconds,
  ms: milliseconds,
  /** Begins with a key frame; always so where there is no picture. */
  key: z.boolean(),
  wall: timeSchema,
});
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
/** Last line of a part that was finished in order: of all the file's bytes as they lie on disk. */
export const indexEndSchema = z.object({ end: z.literal(true), sha256: sha256Schema });
export const indexLineSchema = z.union([indexHeaderSchema, indexEndSchema, fragmentSchema]);

/** `manifest.json`: signed (Ed25519, base64) is the JSON of everything but `signature`, its keys in this order. */
export const manifestSchema = z.object({
  v: z.literal(1),
  recordingId: recordingIdSchema,
  signedAt: timeSchema,
  files: z.array(z.object({ file: z.string().max(128), bytes, sha256: sha256Schema })),
  /** SPKI, base64. */
  publicKey: z.base64(),
  signature: z.base64(),
});

/** A stretch of one stream without a break. */
export const partSchema = z.object({
  part: z.number().int(),
  file: partFileSchema,
  startedAt: timeSchema,
  at: milliseconds,
  mediaAt: milliseconds,
  durationMs: milliseconds,
  bytes,
});
export const gapSchema = z.object({ at: milliseconds, durationMs: milliseconds });
/** The program, laid out. Parts in their order never overlap, however the clock was moved in between. */
export const timelineSchema = z.object({
  startedAt: timeSchema,
  durationMs: milliseconds,
  parts: z.array(partSchema),
  gaps: z.array(gapSchema),
});
/** `mp4`: by `/api/recordings/:id/:stream.m3u8`; `webm`: by its fragments (`/streams/:stream`), appended to a MediaSource. */
export const streamSchema = z.object({
  stream: streamIdSchema,
  kind: streamKindSchema,
  participantId: participantIdSchema.optional(),
  name: nameSchema.optional(),
  container: containerSchema,
  codecs: z.string(),
  parts: z.array(partSchema),
});
/** `GET /streams/:stream`: what to fetch by ranges of `/files/:file`. */
export const streamIndexSchema = z.object({
  stream: streamIdSchema,
  container: containerSchema,
  codecs: z.string(),
  parts: z.array(partSchema.extend({ init: bytesAtSchema, fragments: z.array(fragmentSchema.omit({ wall: true })) })),
});

const chapterBase = { at: milliseconds, /** Absent: a moment, or not over yet. */ to: milliseconds.optional() };
/** From the meeting's log. `name`s are as they were then. */
export const chapterSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('floor'), ...chapterBase, participantId: participantIdSchema, name: nameSchema }),
  /** Everyone's picture from then on. */
  z.object({ kind: z.literal('layout'), ...chapterBase, layout: z.string(), names: z.array(nameSchema) }),
  z.object({ kind: z.literal('ownPicture'), ...chapterBase, audience: z.string(), name: nameSchema.optional() }),
  z.object({ kind: z.literal('content'), ...chapterBase, participantId: participantIdSchema, name: nameSchema }),
  z.object({ kind: z.literal('hold'), ...chapterBase, hold: z.enum(['before', 'break']), text: z.string() }),
  /** A site lost and back; with `incidentId` an incident (REG-8), of which it may be one of several. */
  z.object({
    kind: z.literal('incident'),
    ...chapterBase,
    participantId: participantIdSchema,
    name: nameSchema,
    incidentId: incidentIdSchema.optional(),
    /** Absent: it was lost. */
    failed: incidentKindSchema.optional(),
    others: z.array(nameSchema).optional(),
  }),
  z.object({ kind: z.literal('gap'), ...chapterBase }),
  z.object({ kind: z.literal('warning'), ...chapterBase, warning: recordingWarningSchema }),
]);

/** Of the meeting's messages what was written while it was recorded; `site`: between that one and the centre. */
export const recordedMessageSchema = z.object({
  at: milliseconds,
  name: nameSchema,
  to: z.enum(['everyone', 'centre', 'site']),
  /** By its name then. */
  site: nameSchema.optional(),
  text: z.string(),
});

export const commentTextSchema = writtenTextSchema(2_000);
/** With `to` it names a stretch: a clip. */
export const writeCommentSchema = z
  .strictObject({ at: milliseconds, to: milliseconds.optional(), text: commentTextSchema })
  .refine(({ at, to }) => to === undefined || to > at, { path: ['to'] });
export const commentSchema = z.object({
  commentId: z.string(),
  at: milliseconds,
  to: milliseconds.optional(),
  text: commentTextSchema,
  author: nameSchema,
  writtenAt: timeSchema,
});

/** A link to a stretch of a recording for whoever holds it. Its token is told once and stored as a hash alone. */
export const issueShareSchema = z
  .strictObject({
    /** For whom: recorded with each view, and written over the picture where `watermark`. */
    who: nameSchema,
    from: milliseconds,
    to: milliseconds,
    expiresAt: timeSchema,
    watermark: z.boolean().default(false),
    download: z.boolean().default(false),
  })
  .refine(({ from, to }) => to > from, { path: ['to'] });
export const shareSchema = z.object({
  shareId: z.string(),
  who: nameSchema,
  from: milliseconds,
  to: milliseconds,
  issuedAt: timeSchema,
  expiresAt: timeSchema,
  revokedAt: timeSchema.optional(),
  watermark: z.boolean(),
  download: z.boolean(),
});
/** `https://HOST/review#TOKEN`. */
export const issuedShareSchema = shareSchema.extend({ url: z.string() });
/** A share's token, or that of a link of the meeting. The answer sets a cookie for each recording it opens. */
export const openReviewSchema = z.strictObject({ token: z.string().min(1).max(4096) });

/** An operator's account, or whom a link of the meeting stands for. */
export const namedPersonSchema = z.union([
  z.strictObject({ username: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/) }),
  z.strictObject({ participantId: participantIdSchema }),
]);
/** Who may see a recording besides those who hold a share (REG-17): `server/recordings/policy.ts`. */
export const recordingAccessSchema = z.strictObject({
  audience: z.enum(['operators', 'participants', 'named']),
  people: z.array(namedPersonSchema).max(400),
  /** The viewer's name is written over the picture. */
  watermark: z.boolean(),
  download: z.boolean(),
});
/** What is not named stays. `keepUntil` null: for ever; `byRule`: as long as RETENTION_DAYS says. */
export const changeRecordingSchema = z.strictObject({
  note: z.string().trim().max(10_000).optional(),
  access: recordingAccessSchema.optional(),
  keepUntil: z.union([timeSchema, z.null(), z.literal('byRule')]).optional(),
  /** A legal hold: never deleted, by whomever, until it is lifted. */
  held: z.boolean().optional(),
});

export const recordingWarningsSchema = z.array(recordingWarningSchema);

/** Where a search found its words. `at` is the place in the recording. */
export const foundSchema = z.object({
  in: z.enum(['title', 'site', 'chapter', 'chat', 'comment', 'note']),
  text: z.string(),
  at: milliseconds.optional(),
});
export const recordingSummarySchema = z.object({
  recordingId: recordingIdSchema,
  roomId: roomIdSchema,
  title: nameSchema,
  status: z.enum(['running', 'saved']),
  /** `file`: one MP4 of an earlier version, at `/api/recordings/:id/video`. */
  form: z.enum(['parts', 'file']),
  startedAt: timeSchema,
  /** While it runs, of what was saved so far. */
  durationMs: milliseconds,
  bytes,
  /** Absent: for ever. */
  keepUntil: timeSchema.optional(),
  held: z.boolean(),
  /** What is missing in between; known after the stop. */
  gaps: z.object({ count: z.number().int().nonnegative(), ms: milliseconds }),
  /** What was ever wrong with it. */
  warnings: recordingWarningsSchema,
  /** At rest, wherever it lies; known after the stop. */
  encrypted: z.boolean(),
  /** Its strip, waveform and loudness are there. */
  inspected: z.boolean(),
  /** Of a search: best first, a few. */
  found: z.array(foundSchema).optional(),
});
export const viewerSchema = z.object({
  as: z.enum(['operator', 'auditor', 'participant', 'share']),
  name: nameSchema,
  /** Write the name over the picture. */
  watermark: z.boolean(),
  /** What the table allows him here. */
  may: z.object({ see: z.boolean(), download: z.boolean(), comment: z.boolean(), manage: z.boolean() }),
  /** A share's stretch: nothing else is served. */
  range: z.object({ from: milliseconds, to: milliseconds }).optional(),
});
/** Where `form` is `file`, or the viewer may not see it, the timeline has no parts and there are no streams. */
export const recordingDetailSchema = z.object({
  recording: recordingSummarySchema,
  viewer: viewerSchema,
  timeline: timelineSchema,
  streams: z.array(streamSchema),
  chapters: z.array(chapterSchema),
  /** Whoever may see the recording sees what was written to everyone; the rest, whom the table lets read it. */
  chat: z.array(recordedMessageSchema),
  comments: z.array(commentSchema),
  note: z.string(),
  /** For who may manage. */
  access: recordingAccessSchema.optional(),
  encrypted: z.boolean(),
  /** What is there by now beside the parts. */
  files: z.object({
    inspected: z.boolean(),
    manifest: z.boolean(),
    /** It is looked through only when no meeting is under way, and one is. */
    waiting: z.boolean(),
  }),
});
/** Who does or did what with a recording. */
export const recordingActSchema = z.object({
  at: timeSchema,
  by: nameSchema,
  act: z.enum([
    'viewed',
    'downloaded',
    'commented',
    'commentDeleted',
    'shared',
    'shareRevoked',
    'changed',
    'held',
    'released',
    'deleted',
    'expired',
  ]),
  detail: z.string().max(256).optional(),
  ip: z.string().max(64).optional(),
});

export type IndexHeader = z.infer<typeof indexHeaderSchema>;
export type IndexEnd = z.infer<typeof indexEndSchema>;
export type IndexLine = z.infer<typeof indexLineSchema>;
export type Fragment = z.infer<typeof fragmentSchema>;
export type StreamKind = z.infer<typeof streamKindSchema>;
export type Container = z.infer<typeof containerSchema>;
export type Encrypted = z.infer<typeof encryptedSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type Part = z.infer<typeof partSchema>;
export type Gap = z.infer<typeof gapSchema>;
export type Timeline = z.infer<typeof timelineSchema>;
export type Stream = z.infer<typeof streamSchema>;
export type StreamIndex = z.infer<typeof streamIndexSchema>;
export type Chapter = z.infer<typeof chapterSchema>;
export type RecordedMessage = z.infer<typeof recordedMessageSchema>;
export type WriteComment = z.infer<typeof writeCommentSchema>;
export type Comment = z.infer<typeof commentSchema>;
export type IssueShare = z.infer<typeof issueShareSchema>;
export type Share = z.infer<typeof shareSchema>;
export type IssuedShare = z.infer<typeof issuedShareSchema>;
export type NamedPerson = z.infer<typeof namedPersonSchema>;
export type RecordingAccess = z.infer<typeof recordingAccessSchema>;
export type ChangeRecording = z.infer<typeof changeRecordingSchema>;
export type Found = z.infer<typeof foundSchema>;
export type RecordingSummary = z.infer<typeof recordingSummarySchema>;
export type Viewer = z.infer<typeof viewerSchema>;
export type RecordingDetail = z.infer<typeof recordingDetailSchema>;
export type RecordingAct = z.infer<typeof recordingActSchema>;
export { type Inspection, inspectionSchema, stripFileSchema } from './inspection.ts';
export type { RecordedTracks, RecordingWarning } from './records.ts';
