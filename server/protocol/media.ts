import { z } from 'zod';
import { mediaIdSchema, participantIdSchema } from './ids.ts';
import { lineStateSchema } from './lines.ts';
import { MAX_REPORTED_SAMPLES, reportedSampleSchema } from './monitor.ts';
import { sentSourceSchema, sourceRefSchema } from './records.ts';

/**
 * Media parameters are ORTC dictionaries as mediasoup and mediasoup-client exchange them
 * (https://mediasoup.org/documentation/v3/mediasoup/rtp-parameters-and-capabilities/). The edge bounds their size and
 * checks the parts that we read; mediasoup checks the rest and refuses with `mediaUnsupported`.
 */
const dictionary = z.record(z.string(), z.unknown());
export const rtpCapabilitiesSchema = z.looseObject({
  codecs: z.array(dictionary).max(64),
  headerExtensions: z.array(dictionary).max(64).optional(),
});
export const rtpParametersSchema = z.looseObject({
  codecs: z.array(dictionary).min(1).max(16),
  headerExtensions: z.array(dictionary).max(32).optional(),
  encodings: z.array(dictionary).min(1).max(4),
  rtcp: dictionary.optional(),
});
export const dtlsParametersSchema = z.looseObject({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(z.strictObject({ algorithm: z.string().max(16), value: z.string().max(256) }))
    .min(1)
    .max(8),
});
/** Where a plain RTP receiver listens; RTCP is muxed on the same port (RFC 5761). */
export const addressSchema = z.strictObject({ ip: z.ipv4().or(z.ipv6()), port: z.number().int().min(1).max(65535) });

/** One picture to be watched and the simulcast layer its tile needs: 0 is the smallest. */
export const watchedSchema = z.strictObject({ from: sourceRefSchema, spatialLayer: z.number().int().min(0).max(2) });

/** What a participant asks of the media part and of the connection. None of it changes the room's rules. */
export const requestSchema = z.discriminatedUnion('request', [
  /** → `Welcome`. After a gap in the numbers of the events. */
  z.strictObject({ request: z.literal('resync') }),
  /** Once per media session, before anything is received. Given again, everything received is offered anew. → {} */
  z.strictObject({ request: z.literal('setRtpCapabilities'), rtpCapabilities: rtpCapabilitiesSchema }),
  /**
   * → `WebRtcTransportOffer` for browsers, `PlainTransportOffer` for services. A service opens one for each stream it
   * sends; it is closed with its producer. A browser's second one in a direction replaces the first; to receive, it is
   * the mark of a page that was loaded again, and what was sent and watched before ends as well.
   */
  z.strictObject({ request: z.literal('openTransport'), direction: z.enum(['send', 'receive']) }),
  /** → {} */
  z.strictObject({
    request: z.literal('connectTransport'),
    transportId: mediaIdSchema,
    dtlsParameters: dtlsParametersSchema,
  }),
  /** → { iceParameters } (RFC 8445 9) */
  z.strictObject({ request: z.literal('restartIce'), transportId: mediaIdSchema }),
  /** → { producerId }. A second one of the same source replaces the first. */
  z.strictObject({
    request: z.literal('produce'),
    transportId: mediaIdSchema,
    kind: z.enum(['audio', 'video']),
    sent: sentSourceSchema,
    rtpParameters: rtpParametersSchema,
  }),
  /** → {} */
  z.strictObject({ request: z.literal('closeProducer'), producerId: mediaIdSchema }),
  /**
   * The whole set of pictures wanted now; the server opens and closes consumers to match, as far as this participant
   * may see them, and announces each. → {}
   */
  z.strictObject({ request: z.literal('watch'), pictures: z.array(watchedSchema).max(160) }),
  /**
   * Operators: the codecs of whose camera a still is wanted every few seconds; the whole set. Where a tile is small and
   * there are many, it costs a hundredth of a picture. → {}
   */
  z.strictObject({ request: z.literal('watchStills'), participantIds: z.array(participantIdSchema).max(400) }),
  /** A codec's leg, while `stillsWanted`: a JPEG of at most 30 kB, in base64. → {} */
  z.strictObject({
    request: z.literal('sendStill'),
    jpeg: z
      .string()
      .max(40_000)
      .regex(/^[A-Za-z0-9+/]+={0,2}$/),
  }),
  /** What a browser, or a codec's leg, has measured of its own line in the last seconds. → {} */
  z.strictObject({
    request: z.literal('reportSamples'),
    samples: z.array(reportedSampleSchema).max(MAX_REPORTED_SAMPLES),
  }),
  /** Every consumer starts paused; the receiver says when it is ready, a service also where. → {} */
  z.strictObject({
    request: z.literal('resumeConsumer'),
    consumerId: mediaIdSchema,
    address: addressSchema.optional(),
  }),
]);

export type MediaRequest = z.infer<typeof requestSchema>;
export type Watched = z.infer<typeof watchedSchema>;
export type Address = z.infer<typeof addressSchema>;
export type RtpParametersDictionary = z.infer<typeof rtpParametersSchema>;
export type RtpCapabilitiesDictionary = z.infer<typeof rtpCapabilitiesSchema>;

/** Answers to requests, parsed by the services and trusted by mediasoup-client in browsers. */
/** As RTCIceServer of W3C WebRTC 4.2.2; where the server names any. */
const iceServersSchema = z.array(z.object({ urls: z.array(z.string()), username: z.string(), credential: z.string() }));
export type IceServer = z.infer<typeof iceServersSchema>[number];
export const webRtcTransportOfferSchema = z.looseObject({
  transportId: mediaIdSchema,
  iceParameters: dictionary,
  iceCandidates: z.array(dictionary),
  iceServers: iceServersSchema.optional(),
  dtlsParameters: dictionary,
});
/** Send RTP here from the port on which RTCP is to come back: the first packet is latched on to. */
export const plainTransportOfferSchema = z.looseObject({
  transportId: mediaIdSchema,
  ip: z.string(),
  port: z.number().int(),
});
export const producedSchema = z.object({ producerId: mediaIdSchema });

/** A stream on its way to this participant, paused until `resumeConsumer`. */
export const consumerSchema = z.object({
  consumerId: mediaIdSchema,
  producerId: mediaIdSchema,
  from: sourceRefSchema,
  kind: z.enum(['audio', 'video']),
  rtpParameters: rtpParametersSchema,
  /** Services only: where RTP comes from and RTCP goes to. */
  address: addressSchema.optional(),
});
export type ConsumerOffer = z.infer<typeof consumerSchema>;

/** What the media part tells a participant unasked. */
export const noticeSchema = z.discriminatedUnion('notice', [
  consumerSchema.extend({ notice: z.literal('consumerOpened') }),
  z.object({ notice: z.literal('consumerClosed'), consumerId: mediaIdSchema }),
  /** The server closed it (its transport or worker is gone): produce again. */
  z.object({ notice: z.literal('producerClosed'), producerId: mediaIdSchema }),
  /**
   * Which simulcast layers of this picture anyone receives now, smallest first: what nobody wants need not be encoded.
   * Said soon after producing in several layers, and whenever it changes; likewise of each picture of a composer, which
   * has one. Where a layer is not sent, receivers get the next one that is.
   */
  z.object({
    notice: z.literal('layersWanted'),
    producerId: mediaIdSchema,
    layers: z.array(z.number().int().min(0).max(2)).max(3),
  }),
  /** Stills of this participant's camera are wanted from now on, or no longer. */
  z.object({ notice: z.literal('stillsWanted'), wanted: z.boolean() }),
  z.object({ notice: z.literal('still'), participantId: participantIdSchema, jpeg: z.string() }),
  /** Every transport of this participant is gone: build the media session anew, without leaving the room. */
  z.object({ notice: z.literal('mediaLost') }),
  /**
   * Operators only: every line that is not good, the rest is; when one becomes another, and every few seconds while there
   * are any.
   */
  z.object({ notice: z.literal('lines'), lines: z.record(participantIdSchema, lineStateSchema) }),
  /** Operators only, about twice a second: loudness per participant in dBov (−127…0), also behind a closed gate. */
  z.object({ notice: z.literal('levels'), levels: z.record(participantIdSchema, z.number().min(-127).max(0)) }),
]);
export type Notice = z.infer<typeof noticeSchema>;
