import { z } from 'zod';
import { address, boundPort, nothing, rtpInput, rtpOutput } from './protocol.ts';

/**
 * The contract of job `leg`: the media of one SIP call. One process per call. Directions are ours, as in our own SDP
 * (RFC 3264 5.1): `sendonly` means that we send and the endpoint does not.
 *
 * Order: `open` first (its ports go into the SDP). Everything else may come in any order and come again:
 * `connectEndpoint` with every new answer or re-INVITE, `sendAudio` … `receiveContent` with every new server. What the
 * endpoint receives keeps its SSRC, sequence numbers and timestamps through all of it.
 */
const port = z.int().min(1).max(65535);
const payloadType = z.int().min(0).max(127);
const direction = z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

/** Where the endpoint said it receives. `rtcpPort` equal to `port` means RTP and RTCP on one port (RFC 5761). */
const endpointAddress = address.extend({ rtcpPort: port });

/** RFC 4568 6.2, RFC 7714 14.2. */
const srtpSuite = z.enum(['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_256_GCM']);
export type SrtpSuite = z.infer<typeof srtpSuite>;
/** `key` is base64 of master key and salt (RFC 4568 6.1): 30 bytes, or 44 for GCM. */
const srtpKey = z.object({ suite: srtpSuite, key: z.base64() });
export type SrtpKey = z.infer<typeof srtpKey>;

/**
 * How the packets of one medium are protected, RTP and RTCP alike. `sdes`: we send with `local`, the endpoint with
 * `remote` (RFC 4568). `dtls`: our role in the handshake, and the fingerprint of the endpoint's certificate as its SDP
 * had it (RFC 5763 5, RFC 8122 5); before it has been seen to match, nothing passes in either direction.
 */
const security = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('sdes'), local: srtpKey, remote: srtpKey }),
  z.object({
    kind: z.literal('dtls'),
    role: z.enum(['active', 'passive']),
    fingerprint: z.object({ hash: z.string(), value: z.string() }),
  }),
]);
export type Security = z.output<typeof security>;
const unprotected = security.default({ kind: 'none' });

const endpointAudio = z.object({
  remote: endpointAddress,
  security: unprotected,
  codec: z.enum(['PCMA', 'PCMU', 'G722', 'opus']),
  /** What we send with. */
  payloadType,
  /** What the endpoint sends with, when the two sides numbered a dynamic codec differently (RFC 3264 5.1). */
  receivePayloadType: payloadType.optional(),
  /** RFC 4733 telephone events share the stream; they are not sound and become events `digit`. */
  dtmfPayloadType: payloadType.optional(),
  /** The rate of their timestamps in Hz; without it that of the codec. */
  dtmfClockRate: z.int().positive().optional(),
  direction,
});
export type EndpointAudio = z.output<typeof endpointAudio>;

const endpointVideo = z.object({
  remote: endpointAddress,
  security: unprotected,
  codec: z.enum(['H264', 'VP8', 'H265']).default('H264'),
  /** What the endpoint sends is something that browsers and the server do not take (H.264 High, H.265). */
  transcode: z.boolean().default(false),
  payloadType,
  receivePayloadType: payloadType.optional(),
  /** RFC 6184 6: 0 is single NAL unit mode, 1 allows fragments. Of H.264 alone. */
  packetizationMode: z.union([z.literal(0), z.literal(1)]).default(1),
  /** Out of band SPS and PPS, each in base64 (`sprop-parameter-sets`, RFC 6184 8.1). */
  parameterSets: z.array(z.base64()).optional(),
  /** Macroblocks a frame and a second that the endpoint takes (RFC 6184 8.1); without them those of level 3.1. */
  limits: z
    .object({ maxFs: z.int().positive(), maxMbps: z.int().positive() })
    .default({ maxFs: 3600, maxMbps: 108_000 }),
  /** What the endpoint can take, in kbit/s. A picture that fits codec and limits is passed on as it is. */
  maxBitrateKbps: z.int().positive(),
  direction,
});
export type EndpointVideo = z.output<typeof endpointVideo>;

/** Far-end camera control: H.224 frames in RTP (RFC 4573). */
const endpointCamera = z.object({
  remote: endpointAddress,
  security: unprotected,
  payloadType,
  receivePayloadType: payloadType.optional(),
  direction: direction.default('sendrecv'),
});
export type EndpointCamera = z.output<typeof endpointCamera>;

const open = z.object({
  audio: z.boolean(),
  video: z.boolean(),
  /** A second picture, the presentation. */
  content: z.boolean().default(false),
  camera: z.boolean().default(false),
  bindAddress: z.union([z.ipv4(), z.ipv6()]),
  /** RTP takes an even port of it, RTCP the next one (RFC 3550 11). */
  portRange: z.object({ min: port, max: port }),
  /** What the slide says before the first picture and while it is away. */
  slideText: z.string().default(''),
});
export type OpenLeg = z.output<typeof open>;

/** A medium that is missing has no line or a refused one: nothing is sent or heard there. */
const connectEndpoint = z.object({
  audio: endpointAudio.optional(),
  video: endpointVideo.optional(),
  content: endpointVideo.optional(),
  camera: endpointCamera.optional(),
});
/** As the gateway says it; what has a default may be missing. */
export type ConnectEndpoint = z.input<typeof connectEndpoint>;

const opened = z.object({
  audioPort: port.optional(),
  videoPort: port.optional(),
  contentPort: port.optional(),
  cameraPort: port.optional(),
  /** Of the certificate that this process uses for DTLS, for `a=fingerprint`: `sha-256 AB:CD…` (RFC 8122 5). */
  fingerprint: z.string().optional(),
});

const jpeg = z.object({ jpeg: z.base64().nullable() });

/** What is known beforehand of the picture that the server is to send: pixels, pictures a second, kbit/s. */
const expectedPicture = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  fps: z.int().positive(),
  kbps: z.int().positive(),
});
const pictureInput = rtpInput.extend({ picture: expectedPicture.optional() });
export type PictureInput = z.output<typeof pictureInput>;

/** Smaller pictures beside the endpoint's own, each its own stream: first 180p (≤ 150 kbit/s), then 360p (≤ 400 kbit/s). */
const tiers = z
  .array(z.object({ ssrc: z.int().min(1).max(0xffffffff) }))
  .max(2)
  .optional();
const videoOutput = rtpOutput.extend({ tiers });
export type VideoOutput = z.output<typeof videoOutput>;

const streamStats = z.object({
  received: z.object({
    packets: z.int(),
    bytes: z.int(),
    lost: z.int(),
    jitterMs: z.number(),
    /** Milliseconds since the last packet; null before the first. A media timeout is for the dialog to decide. */
    lastPacketMs: z.int().nullable(),
    /** The same for RTCP, which comes from an endpoint that is muted or on hold too (RFC 3550 6.2). */
    lastRtcpMs: z.int().nullable(),
    /** Packets that failed authentication (RFC 3711 3.4): a wrong key, or no protection where there must be some. */
    rejected: z.int(),
  }),
  /**
   * `fractionLost` (0 to 1) and `roundTripMs` are what the endpoint's RTCP last said; `reportedHighest` the extended
   * sequence number up to which it knows, 0 before its first report, and `reportedLost` what it lacks of all until then.
   */
  sent: z.object({
    packets: z.int(),
    bytes: z.int(),
    fractionLost: z.number(),
    roundTripMs: z.number(),
    reportedHighest: z.int(),
    reportedLost: z.int(),
  }),
  /** Whether this medium's packets are SRTP now. */
  encrypted: z.boolean(),
});
export type StreamStats = z.output<typeof streamStats>;

const soundStats = streamStats.extend({
  /** After a `loopBack` that came to its end: how long this process has a sound of the endpoint, beyond the delay that was wanted. */
  loopMs: z.number().nonnegative().optional(),
});

/** `transcoding`: a picture is decoded and encoded in this leg, the endpoint's or its program; tiers do not count. */
const pictureStats = streamStats.extend({ transcoding: z.boolean() });

const legStats = z.object({
  audio: soundStats.optional(),
  video: pictureStats.optional(),
  content: pictureStats.optional(),
  camera: streamStats.optional(),
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
  /** The same for its presentation. */
  z.object({ event: z.literal('contentFlowing'), width: z.int(), height: z.int() }),
  /** The endpoint was asked for a key frame by RTCP; SIP may say it too (INFO, RFC 5168 picture_fast_update). */
  z.object({ event: z.literal('keyFrameWanted') }),
  /** A key was pressed (RFC 4733); once per press, when it begins. */
  z.object({ event: z.literal('digit'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  /** What `play` began has come to its end; not after `stopPlaying`, nor when another `play` took its place. */
  z.object({ event: z.literal('played') }),
  /** One H.224 frame or more from the endpoint, as one RTP packet had it, in base64. */
  z.object({ event: z.literal('camera'), payload: z.base64() }),
  /** The endpoint can take no more than this of its picture now (TMMBR, RFC 5104 4.2.1). */
  z.object({ event: z.literal('limited'), maxBitrateKbps: z.int().positive() }),
  /** What the endpoint sees has changed. */
  z.object({ event: z.literal('showing'), picture: z.enum(['slide', 'program']) }),
  /** The program of this SSRC has taken the place of the one before, which is not received any more. */
  z.object({ event: z.literal('programChanged'), ssrc: z.int() }),
  /**
   * A pipeline has failed; the leg is of no more use and is to be stopped. Code `fingerprintMismatch`: the endpoint's
   * certificate is not the one of its SDP (RFC 5763 5), nothing has passed.
   */
  z.object({ event: z.literal('error'), code: z.string(), message: z.string() }),
]);
export type LegEvent = z.output<typeof event>;

export const legContract = {
  job: 'leg',
  commands: {
    /** Fails with `noFreePort` when the range has no pair of ports left. */
    open: { params: open, result: opened },
    connectEndpoint: { params: connectEndpoint, result: nothing },
    /** The endpoint's sound, as Opus, to the server. */
    sendAudio: { params: rtpOutput, result: boundPort },
    /**
     * The endpoint's picture to the server: H.264 untouched, with its parameter sets in band, and VP8 untouched, as VP8;
     * what the server does not take as H.264 up to 720p. Tiers are of the same codec.
     */
    sendVideo: { params: videoOutput, result: boundPort },
    /**
     * Whether anybody receives the endpoint's picture, until then yes, and which tiers that `sendVideo` named are encoded
     * and sent, until then none. What nobody receives is not decoded; a still, or a request for a key frame, begins it anew.
     */
    setWanted: {
      params: z.object({ watched: z.boolean().default(true), low: z.boolean(), mid: z.boolean() }),
      result: nothing,
    },
    /** Whether anybody may hear the endpoint, until then yes. While not, its level is told all the same, at less cost. */
    setMicrophone: { params: z.object({ open: z.boolean() }), result: nothing },
    /** The endpoint's presentation, as `sendVideo`. */
    sendContent: { params: rtpOutput, result: boundPort },
    /** What the endpoint hears: Opus from the server. What it heard before goes on until this comes. */
    receiveAudio: { params: rtpInput, result: boundPort },
    /**
     * What the endpoint sees: H.264 from the server, passed on as it is where the endpoint can take that. What it saw before
     * goes on, for as long as it comes, until this one's first key frame (`programChanged`); said of the same stream again, it
     * stays.
     */
    receiveVideo: { params: pictureInput, result: boundPort },
    /** What the endpoint sees on its second screen, as `receiveVideo`. */
    receiveContent: { params: pictureInput, result: boundPort },
    /** One RTP packet of H.224 frames, base64, to the endpoint. Fails with `noCamera` while none is connected. */
    sendCamera: { params: z.object({ payload: z.base64() }), result: nothing },
    /** The next key frame of the endpoint's picture, within 320x180; null when none comes within three seconds. */
    still: { params: nothing, result: jpeg },
    /** An Ogg/Opus file (absolute path) into what the endpoint hears, held or not; the room is heard with it. */
    play: { params: z.object({ file: z.string().startsWith('/'), loop: z.boolean().default(false) }), result: nothing },
    stopPlaying: { params: nothing, result: nothing },
    /**
     * The endpoint hears itself, at half the loudness, `delayMs` later, for `forMs`; beside all else, and until it is held or its
     * microphone opened. When it is over, `stats` has what was measured.
     */
    loopBack: {
      params: z.object({ delayMs: z.int().min(500).max(5_000), forMs: z.int().min(1_000).max(10_000) }),
      result: nothing,
    },
    /** While on, the endpoint sees the slide and hears silence. `text`, when given, replaces the slide's text. */
    hold: { params: z.object({ on: z.boolean(), text: z.string().optional() }), result: nothing },
    /** The endpoint wants a key frame and said so by SIP. */
    requestKeyFrame: { params: nothing, result: nothing },
    stats: { params: nothing, result: legStats },
  },
  event,
};
export type LegContract = typeof legContract;
