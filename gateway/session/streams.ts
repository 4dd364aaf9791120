import { randomInt } from 'node:crypto';
import { z } from 'zod';
import {
  type ConsumerOffer,
  plainTransportOfferSchema,
  producedSchema,
  type RtpParametersDictionary,
} from '../../server/protocol/media.ts';
import type { SentSource } from '../../server/protocol/records.ts';
import { AUDIO_LEVEL_EXTENSION_ID } from '../engine/job/sound-description.ts';
import type { Codec, RtpInput, RtpOutput } from '../engine/protocol.ts';
import { SENT_CODECS, type SentCodec, VIDEO_FEEDBACK } from './codecs.ts';
import type { Seat } from './seat.ts';
import { nothingSchema } from './wire.ts';

/** RFC 6464. */
const AUDIO_LEVEL_URI = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

export interface OpenedStream {
  producerId: string;
  rtp: Pick<RtpOutput, 'remote' | 'payloadType' | 'ssrc' | 'cname'>;
  /** Of the smaller layers, the smallest first; `rtp` is the largest. */
  tiers: { ssrc: number }[];
}

/**
 * Opens a stream that this participant sends, on a transport of its own.
 * @param cname one for all streams that belong together: receivers keep them in step by it (RFC 3550 6.5.1)
 * @param smaller how many smaller layers beside it may be sent (simulcast)
 * @returns where the engine is to send and with what numbers
 */
export async function openStream(
  seat: Seat,
  sent: SentSource,
  codec: SentCodec,
  cname: string,
  smaller = 0,
): Promise<OpenedStream> {
  const transport = await seat.request({ request: 'openTransport', direction: 'send' }, plainTransportOfferSchema);
  const ssrc = freshSsrc();
  const tiers = Array.from({ length: smaller }, () => ({ ssrc: freshSsrc() }));
  const kind = codec === 'opus' ? 'audio' : 'video';
  const description = SENT_CODECS[codec];
  const rtpParameters: RtpParametersDictionary = {
    codecs: [{ ...description, rtcpFeedback: kind === 'video' ? VIDEO_FEEDBACK : [] }],
    ...(kind === 'audio' ? { headerExtensions: [{ uri: AUDIO_LEVEL_URI, id: AUDIO_LEVEL_EXTENSION_ID }] } : {}),
    encodings: [...tiers, { ssrc }],
    rtcp: { cname, reducedSize: false },
  };
  const { transportId } = transport;
  const { producerId } = await seat.request(
    { request: 'produce', transportId, kind, sent, rtpParameters },
    producedSchema,
  );
  const remote = { ip: transport.ip, port: transport.port };
  return { producerId, rtp: { remote, payloadType: description.payloadType, ssrc, cname }, tiers };
}

function freshSsrc(): number {
  return randomInt(1, 2 ** 32 - 1);
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
