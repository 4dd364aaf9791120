import type { EndpointAudio } from '../../leg-protocol.ts';
import { packetTap } from '../packet-tap.ts';
import { opusDecoder, opusInMono } from '../rtp-description.ts';
import { rawAudio } from '../sound-description.ts';

/** Milliseconds a packet of the endpoint may be late: its line is longer than the server's loopback. */
export const endpointJitterMs = 80;

/** The same for what the server sends, over loopback: late is only what waited for this process to get its turn. */
export const serverJitterMs = 100;

/** RFC 3551 6 and 4.5.2: G.722 counts 8000 a second although it samples 16000. */
const clockRates = { PCMA: 8000, PCMU: 8000, G722: 8000, opus: 48000 } as const;

export function audioCaps(audio: Pick<EndpointAudio, 'codec' | 'payloadType' | 'receivePayloadType'>): string {
  const encoding = audio.codec.toUpperCase();
  return `application/x-rtp,media=(string)audio,encoding-name=(string)${encoding},payload=(int)${receivedType(audio)},clock-rate=(int)${clockRates[audio.codec]}${audio.codec === 'opus' ? `,${opusInMono}` : ''}`;
}

/** The payload type the endpoint sends with. */
export function receivedType(stream: { payloadType: number; receivePayloadType?: number | undefined }): number {
  return stream.receivePayloadType ?? stream.payloadType;
}

/** Lets packets of one payload type through: telephone events and comfort noise share the stream with the sound. */
export function pickPayload(payloadType: number): string {
  const others = Array.from({ length: 128 }, (_, type) => type).filter((type) => type !== payloadType);
  return `rtpptdemux ignored-payload-types="<${others.map((type) => `(int)${type}`).join(',')}>"`;
}

/** What of the endpoint's packets is media, as these caps say. */
export function pickDescription(caps: string): string {
  const payloadType = Number(/payload=\(int\)(\d+)/.exec(caps)?.[1]);
  return `capssetter name=in caps="${caps}" join=false replace=true ! ${pickPayload(payloadType)} ! identity name=out silent=true`;
}

/**
 * Makes up for what is lost out of the last pitch period, as ITU-T G.711 Appendix I does. `spanplc` fills each GAP
 * event, but writes up to 30 samples even into a shorter one, beyond its buffer, and any sender can feign such a loss
 * by its timestamps. So it sees only gaps of this making: `audiorate` swallows those that come, fills the holes that
 * are longer than its tolerance, 40 samples at the least, with silence marked as such, and `identity` turns that into
 * gaps again.
 */
const concealLoss =
  'audioconvert ! audio/x-raw,format=S16LE,channels=1 ! audiorate skip-to-first=true tolerance=5000000 ! identity drop-buffer-flags=gap silent=true ! spanplc';

const audioDecoders = {
  PCMA: `rtppcmadepay ! alawdec ! ${concealLoss}`,
  PCMU: `rtppcmudepay ! mulawdec ! ${concealLoss}`,
  G722: `rtpg722depay ! avdec_g722 ! ${concealLoss}`,
  opus: opusDecoder,
} as const;

/** The endpoint's sound from the session to raw samples; `out` counts what came through. */
export function decodeDescription(codec: EndpointAudio['codec']): string {
  return `rtpjitterbuffer name=in latency=${endpointJitterMs} do-lost=true ! ${packetTap} ! ${audioDecoders[codec]} ! audioconvert ! audioresample ! ${rawAudio} ! identity name=out silent=true`;
}

const audioEncoders = {
  PCMA: 'audioresample name=in ! audio/x-raw,rate=8000 ! alawenc ! rtppcmapay',
  PCMU: 'audioresample name=in ! audio/x-raw,rate=8000 ! mulawenc ! rtppcmupay',
  G722: 'audioresample name=in ! audio/x-raw,rate=16000 ! avenc_g722 ! rtpg722pay',
  opus: 'opusenc name=in bitrate=32000 frame-size=20 audio-type=voice inband-fec=true packet-loss-percentage=5 ! rtpopuspay',
} as const;

/** Where a payloader goes on when it is replaced (RFC 3550 5.1): `sequence` is the next number to use. */
export interface StreamPosition {
  readonly ssrc: number;
  readonly timestampOffset: number;
  sequence: number;
}

export function encodeDescription(audio: Pick<EndpointAudio, 'codec' | 'payloadType'>, at: StreamPosition): string {
  const packets = audio.codec === 'opus' ? '' : ' min-ptime=20000000 max-ptime=20000000';
  return `${audioEncoders[audio.codec]} name=pay pt=${audio.payloadType}${packets} ${continued(at)}`;
}

/** The end of a payloader that goes on at `at`. */
export function continued({ ssrc, sequence, timestampOffset }: StreamPosition): string {
  return `ssrc=${ssrc} seqnum-offset=${sequence} timestamp-offset=${timestampOffset} ! identity name=out silent=true`;
}
