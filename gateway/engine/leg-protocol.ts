import { z } from 'zod';
import { address, boundPort, nothing, rtpInput, rtpOutput } from './protocol.ts';

/**
 * The contract of job `leg`: the media of one SIP call. One process per call. Directions are ours, as in our own SDP
 * (RFC 3264 5.1): `sendonly` means that we send and the endpoint does not.
 *
 * Order: `open` first (its ports go into the SDP). Everything else may come in any order and come again:
 * `connectEndpoint` with every new answer or re-INVITE, `sendAudio` … `receiveVideo` with every new server. What the
 * endpoint receives keeps its SSRC, sequence numbers and timestamps through all of it.
 */
const port = z.int().min(1).max(65535);
const payloadType = z.int().min(0).max(127);
const direction = z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

/** Where the endpoint said it receives. `rtcpPort` equal to `port` means RTP and RTCP on one port (RFC 5761). */
const endpointAddress = address.extend({ rtcpPort: port });

const endpointAudio = z.object({
  remote: endpointAddress,
  codec: z.enum(['PCMA', 'PCMU', 'G722', 'opus']),
  /** What we send with. */
  payloadType,
  /** What the endpoint sends with, when the two sides numbered a dynamic codec differently (RFC 3264 5.1). */
  receivePayloadType: payloadType.optional(),
  /** RFC 4733 telephone events share the stream; they are not sound and are left out. */
  dtmfPayloadType: payloadType.optional(),
  direction,
});
export type EndpointAudio = z.output<typeof endpointAudio>;

const endpointVideo = z.object({
  remote: endpointAddress,
  payloadType,
  receivePayloadType: payloadType.optional(),
  /** RFC 6184 6: 0 is single NAL unit mode, 1 allows fragments. */
  packetizationMode: z.union([z.literal(0), z.literal(1)]),
  /** Six hexadecimal digits (RFC 6184 8.1): the slide stays within its level. */
  profileLevelId: z.string().regex(/^[0-9a-fA-F]{6}$/),
  /** What the endpoint can take, in kbit/s; bounds the slide. The picture itself is passed on as it is. */
  maxBitrateKbps: z.int().positive(),
  direction,
});
export type EndpointVideo = z.output<typeof endpointVideo>;

const open = z.object({
  audio: z.boolean(),
  video: z.boolean(),
  bindAddress: z.union([z.ipv4(), z.ipv6()]),
  /** RTP takes an even port of it, RTCP the next one (RFC 3550 11). */
  portRange: z.object({ min: port, max: port }),
  /** What the slide says before the first picture and while it is away. */
  slideText: z.string().default(''),
});
export type OpenLeg = z.output<typeof open>;

/** A medium that is missing has no line or a refused one: nothing is sent or heard there. */
const connectEndpoint = z.object({ audio: endpointAudio.optional(), video: endpointVideo.optional() });
export type ConnectEndpoint = z.output<typeof connectEndpoint>;

const streamStats = z.object({
  received: z.object({
    packets: z.int(),
    bytes: z.int(),
    lost: z.int(),
    jitterMs: z.number(),
    /** Milliseconds since the last packet; null before the first. A media timeout is for the dialog to decide. */
    lastPacketMs: z.int().nullable(),
  }),
  /** `fractionLost` (0 to 1) and `roundTripMs` are what the endpoint's RTCP last said. */
  sent: z.object({ packets: z.int(), bytes: z.int(), fractionLost: z.number(), roundTripMs: z.number() }),
});
export type StreamStats = z.output<typeof streamStats>;

const legStats = z.object({
  audio: streamStats.optional(),
  video: streamStats.optional(),
  /** What the endpoint sees. */
  showing: z.enum(['slide', 'program']),
  residentBytes: z.int(),
});
export type LegStats = z.output<typeof legStats>;

const event = z.discriminatedUnion('event', [
  /** The endpoint's sound is being decoded; again after a silence of seconds. */
  z.object({ event: z.literal('audioFlowing') }),
  /** The endpoint's picture has begun, or has another size now (pixels). */
  z.object({ event: z.literal('videoFlowing'), width: z.int(), height: z.int() }),
  /** The endpoint was asked for a key frame by RTCP; SIP may say it too (INFO, RFC 5168 picture_fast_update). */
  z.object({ event: z.literal('keyFrameWanted') }),
  /** What the endpoint sees has changed. */
  z.object({ event: z.literal('showing'), picture: z.enum(['slide', 'program']) }),
  /** A pipeline has failed; the leg is of no more use and is to be stopped. */
  z.object({ event: z.literal('error'), code: z.string(), message: z.string() }),
]);
export type LegEvent = z.output<typeof event>;

export const legContract = {
  job: 'leg',
  commands: {
    open: { params: open, result: z.object({ audioPort: port.optional(), videoPort: port.optional() }) },
    connectEndpoint: { params: connectEndpoint, result: nothing },
    /** The endpoint's sound, as Opus, to the server. */
    sendAudio: { params: rtpOutput, result: boundPort },
    /** The endpoint's H.264, untouched, with its parameter sets in band, to the server. */
    sendVideo: { params: rtpOutput, result: boundPort },
    /** What the endpoint hears: Opus from the server. */
    receiveAudio: { params: rtpInput, result: boundPort },
    /** What the endpoint sees: H.264 from the server, passed on as it is. */
    receiveVideo: { params: rtpInput, result: boundPort },
    /** While on, the endpoint sees the slide and hears silence. `text`, when given, replaces the slide's text. */
    hold: { params: z.object({ on: z.boolean(), text: z.string().optional() }), result: nothing },
    /** The endpoint wants a key frame and said so by SIP. */
    requestKeyFrame: { params: nothing, result: nothing },
    stats: { params: nothing, result: legStats },
  },
  event,
};
export type LegContract = typeof legContract;
