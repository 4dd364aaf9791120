import { randomInt } from 'node:crypto';
import { z } from 'zod';
import {
  type ConsumerOffer,
  plainTransportOfferSchema,
  producedSchema,
  type RtpCapabilitiesDictionary,
  type RtpParametersDictionary,
} from '../../server/protocol/media.ts';
import type { SentSource } from '../../server/protocol/records.ts';
import type { Codec, RtpInput, RtpOutput } from '../engine/protocol.ts';
import type { Seat } from './seat.ts';
import { nothingSchema } from './wire.ts';

/** What the gateway's participants send: the dictionaries that mediasoup's `produce` wants (RFC 7587, RFC 6184, RFC 7741). */
const SENT_CODECS = {
  opus: { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } },
  H264: {
    mimeType: 'video/H264',
    payloadType: 102,
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
  VP8: { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {} },
} as const;
export type SentCodec = keyof typeof SENT_CODECS;

/** Key frames are asked for (RFC 4585 6.3.1, RFC 5104 4.3.1); lost packets are not sent again on loopback. */
const VIDEO_FEEDBACK = [
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
];

/** What the gateway's participants can receive: what the router has, without retransmission and header extensions. */
export function receivable(router: RtpCapabilitiesDictionary): RtpCapabilitiesDictionary {
  const codecs = router.codecs.filter((c) => typeof c.mimeType === 'string' && /\/(opus|vp8|h264)$/i.test(c.mimeType));
  return {
    codecs: codecs.map((c) => ({ ...c, rtcpFeedback: c.kind === 'video' ? VIDEO_FEEDBACK : [] })),
    headerExtensions: [],
  };
}

export interface OpenedStream {
  producerId: string;
  rtp: Pick<RtpOutput, 'remote' | 'payloadType' | 'ssrc' | 'cname'>;
}

/**
 * Opens a stream that this participant sends, on a transport of its own.
 * @param cname one for all streams that belong together: receivers keep them in step by it (RFC 3550 6.5.1)
 * @returns where the engine is to send and with what numbers
 */
export async function openStream(seat: Seat, sent: SentSource, codec: SentCodec, cname: string): Promise<OpenedStream> {
  const transport = await seat.request({ request: 'openTransport', direction: 'send' }, plainTransportOfferSchema);
  const ssrc = randomInt(1, 2 ** 32 - 1);
  const kind = codec === 'opus' ? 'audio' : 'video';
  const description = SENT_CODECS[codec];
  const rtpParameters: RtpParametersDictionary = {
    codecs: [{ ...description, rtcpFeedback: kind === 'video' ? VIDEO_FEEDBACK : [] }],
    encodings: [{ ssrc }],
    rtcp: { cname, reducedSize: false },
  };
  const { transportId } = transport;
  const { producerId } = await seat.request(
    { request: 'produce', transportId, kind, sent, rtpParameters },
    producedSchema,
  );
  const remote = { ip: transport.ip, port: transport.port };
  return { producerId, rtp: { remote, payloadType: description.payloadType, ssrc, cname } };
}

const codecSchema = z.object({ mimeType: z.string(), payloadType: z.number().int(), clockRate: z.number().int() });
const encodingSchema = z.object({ ssrc: z.number().int() });
const ENGINE_CODECS: Record<string, Codec> = { 'audio/opus': 'opus', 'video/vp8': 'VP8', 'video/h264': 'H264' };

/** What the engine must know of a stream that the server announces. Throws where it is none that the engine takes. */
export function inputOf(offer: ConsumerOffer): Omit<RtpInput, 'bind'> {
  const { mimeType, payloadType, clockRate } = codecSchema.parse(offer.rtpParameters.codecs[0]);
  const { ssrc } = encodingSchema.parse(offer.rtpParameters.encodings[0]);
  const codec = ENGINE_CODECS[mimeType.toLowerCase()];
  if (codec === undefined || offer.address === undefined)
    throw new Error(`stream of ${mimeType} without a plain address`);
  const cname = offer.rtpParameters.rtcp?.cname;
  const named = typeof cname === 'string' ? { cname } : {};
  return { ssrc, payloadType, codec, clockRate, remote: offer.address, ...named };
}

/** The engine listens now: let it flow. */
export async function startStream(seat: Seat, offer: ConsumerOffer, rtpPort: number): Promise<void> {
  const address = { ip: '127.0.0.1', port: rtpPort };
  await seat.request({ request: 'resumeConsumer', consumerId: offer.consumerId, address }, nothingSchema);
}
