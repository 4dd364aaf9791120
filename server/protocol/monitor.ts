import { z } from 'zod';
import { participantIdSchema } from './ids.ts';
import { directionSchema } from './lines.ts';
import { sourceRefSchema, timeSchema } from './records.ts';

/** What the processor or the line takes from a sender's picture, as it says itself (webrtc-stats `qualityLimitationReason`). */
export const limitSchema = z.enum(['processor', 'bandwidth']);
export const codecSchema = z.enum(['opus', 'g722', 'g711', 'vp8', 'h264', 'other']);

const count = z.number().int().nonnegative().max(0xffffffff);
const kbps = z.number().nonnegative().max(1e7);
const share = z.number().min(0).max(1);
const milliseconds = z.number().nonnegative().max(86_400_000);

/**
 * What was measured in one interval. Counts are those of the interval, never since the beginning; what is absent was not
 * measured there, or makes no sense of this stream.
 */
const figures = {
  /** Length of the interval. */
  spanMs: z.number().int().min(50).max(60_000),
  /** On the wire, without retransmissions; kbit/s. */
  kbps: kbps.optional(),
  /** The same by simulcast layer, the smallest first. */
  layersKbps: z.array(kbps).max(3).optional(),
  /** The simulcast layer that is sent down; 0 is the smallest. */
  layer: z.number().int().min(0).max(2).optional(),
  /** Received (`up`) or sent (`down`), without retransmissions. */
  packets: count.optional(),
  /** Of the packets that should have come; before anything was repaired. */
  loss: share.optional(),
  /** Of the packets that should have come, those that never did. */
  unrepaired: share.optional(),
  /** RFC 3550 6.4.1, in milliseconds. */
  jitterMs: milliseconds.optional(),
  roundTripMs: milliseconds.optional(),
  /** What the receiver asked for: packets again, key frames (RFC 4585 6.2.1, 6.3.1; RFC 5104 4.3.1). */
  nacks: count.optional(),
  plis: count.optional(),
  firs: count.optional(),
  /** Packets sent again. */
  resent: count.optional(),
  /** What the line can take, as the sender estimates it. */
  availableKbps: kbps.optional(),
  /** Of what this participant wants to see, the part that its line was given; by bit rate. */
  given: share.optional(),
  /** Since anything came, at the end of the interval. */
  silentMs: milliseconds.optional(),
  codec: codecSchema.optional(),
  /** Decoded. */
  frames: count.optional(),
  /** Lines of the decoded picture. */
  height: z.number().int().positive().max(8640).optional(),
  /** How long the picture stood still, though it should have moved. */
  frozenMs: milliseconds.optional(),
  /** Of the sound that was played, what had to be made up; silences do not count. */
  concealed: share.optional(),
  limited: limitSchema.optional(),
  /** In a line test, once the sound was played back to where it came from: what the centre took of it, beyond the wanted delay. */
  loopMs: milliseconds.optional(),
};

/** Absent: the whole line. `up`, a stream of the participant's own; `down`, the stream of another. */
const stream = sourceRefSchema.optional();

/**
 * One interval of one stream, or of a whole line, in one direction. `by`: who measured: the server; the gateway's leg,
 * from RTCP and the engine; the participant's browser.
 */
export const sampleSchema = z.strictObject({
  /** End of the interval. */
  at: timeSchema,
  participantId: participantIdSchema,
  direction: directionSchema,
  by: z.enum(['server', 'leg', 'client']),
  stream,
  ...figures,
});

/** The same, as a browser or a leg reports it of itself: the server says whose it is and what the time is. */
export const reportedSampleSchema = z.strictObject({
  /** How long before the report the interval ended. */
  agoMs: z.number().int().min(0).max(60_000),
  direction: directionSchema,
  stream,
  ...figures,
});
/** More than a few seconds of one participant's streams are not reported at once. */
export const MAX_REPORTED_SAMPLES = 64;

export type MediaCodec = z.infer<typeof codecSchema>;
export type Sample = z.infer<typeof sampleSchema>;
export type ReportedSample = z.infer<typeof reportedSampleSchema>;
