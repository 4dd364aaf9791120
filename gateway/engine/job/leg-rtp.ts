import type { EndpointAudio, EndpointVideo } from '../leg-protocol.ts';
import { packetTap } from './packet-tap.ts';
import { parseH264 } from './slide.ts';
import { rawAudio } from './sound-description.ts';

/** Milliseconds a packet of the endpoint may be late: its line is longer than the server's loopback. */
export const endpointJitterMs = 80;

/** The same for what the server sends, over loopback: late is only what waited for this process to get its turn. */
export const serverJitterMs = 100;

/** RFC 3551 6 and 4.5.2: G.722 counts 8000 a second although it samples 16000. */
const clockRates = { PCMA: 8000, PCMU: 8000, G722: 8000, opus: 48000 } as const;

export function audioCaps(audio: Pick<EndpointAudio, 'codec' | 'payloadType' | 'receivePayloadType'>): string {
  const encoding = audio.codec.toUpperCase();
  return `application/x-rtp,media=(string)audio,encoding-name=(string)${encoding},payload=(int)${receivedType(audio)},clock-rate=(int)${clockRates[audio.codec]}`;
}

/** The feedback fields let the session ask by PLI and by FIR (RFC 4585 6.3.1, RFC 5104 4.3.1). */
export function videoCaps(video: Pick<EndpointVideo, 'payloadType' | 'receivePayloadType'>): string {
  return `application/x-rtp,media=(string)video,encoding-name=(string)H264,payload=(int)${receivedType(video)},clock-rate=(int)90000,rtcp-fb-nack-pli=(boolean)true,rtcp-fb-ccm-fir=(boolean)true`;
}

function receivedType(stream: { payloadType: number; receivePayloadType?: number | undefined }): number {
  return stream.receivePayloadType ?? stream.payloadType;
}

/**
 * What arrives on the endpoint's RTP port: only the negotiated payload type goes on as media (telephone events and
 * comfort noise share the stream). When RTCP shares the port too (RFC 5761), `rtcp` has all of it, for the session to pick.
 */
export function arrivalDescription(caps: string, muxed: boolean): string {
  const wanted = Number(/payload=\(int\)(\d+)/.exec(caps)?.[1]);
  const others = Array.from({ length: 128 }, (_, type) => type).filter((type) => type !== wanted);
  const ignored = others.map((type) => `(int)${type}`).join(',');
  const rtcp = 'arrived. ! capssetter name=rtcp caps=application/x-rtcp join=false replace=true';
  return [
    `udpsrc name=source buffer-size=1000000 caps="${caps}" ! tee name=arrived allow-not-linked=true`,
    `arrived. ! rtpptdemux ignored-payload-types="<${ignored}>" ! identity name=out silent=true`,
    ...(muxed ? [rtcp] : []),
  ].join(' ');
}

const audioDecoders = {
  PCMA: 'rtppcmadepay ! alawdec ! spanplc',
  PCMU: 'rtppcmudepay ! mulawdec ! spanplc',
  G722: 'rtpg722depay ! avdec_g722 ! audioconvert ! audio/x-raw,format=S16LE,channels=1 ! spanplc',
  opus: 'rtpopusdepay ! opusdec plc=true use-inband-fec=true max-errors=-1',
} as const;

/** The endpoint's sound from the session to raw samples; `out` counts what came through. */
export function decodeDescription(codec: EndpointAudio['codec']): string {
  return `rtpjitterbuffer name=in latency=${endpointJitterMs} do-lost=true ! ${packetTap} ! ${audioDecoders[codec]} ! audioconvert ! audioresample ! ${rawAudio} ! identity name=out silent=true`;
}

const audioEncoders = {
  PCMA: 'audioresample ! audio/x-raw,rate=8000 ! alawenc ! rtppcmapay',
  PCMU: 'audioresample ! audio/x-raw,rate=8000 ! mulawenc ! rtppcmupay',
  G722: 'audioresample ! audio/x-raw,rate=16000 ! avenc_g722 ! rtpg722pay',
  opus: 'opusenc bitrate=32000 frame-size=20 audio-type=voice inband-fec=true packet-loss-percentage=5 ! rtpopuspay',
} as const;

/** Where a payloader goes on when it is replaced (RFC 3550 5.1): `sequence` is the next number to use. */
export interface StreamPosition {
  readonly ssrc: number;
  readonly timestampOffset: number;
  sequence: number;
}

export function encodeDescription(audio: Pick<EndpointAudio, 'codec' | 'payloadType'>, at: StreamPosition): string {
  const packets = audio.codec === 'opus' ? '' : ' min-ptime=20000000 max-ptime=20000000';
  return `queue name=in max-size-buffers=10 leaky=downstream ! ${audioEncoders[audio.codec]} name=pay pt=${audio.payloadType}${packets} ${continued(at)}`;
}

/** NAL units as they came: an endpoint of mode 0 gets each in one packet, however long (RFC 6184 6.2). */
export function videoPayloadDescription(
  video: Pick<EndpointVideo, 'payloadType' | 'packetizationMode'>,
  at: StreamPosition,
): string {
  const mtu = video.packetizationMode === 0 ? 60_000 : 1300;
  return `queue name=in max-size-buffers=200 leaky=downstream ! rtph264pay name=pay pt=${video.payloadType} mtu=${mtu} aggregate-mode=none ${continued(at)}`;
}

function continued({ ssrc, sequence, timestampOffset }: StreamPosition): string {
  return `ssrc=${ssrc} seqnum-offset=${sequence} timestamp-offset=${timestampOffset} ! identity name=out silent=true`;
}

/** The endpoint's picture from the session to H.264. Nothing comes out before a key frame, nor after a loss until one. */
export const depayVideoDescription = `rtpjitterbuffer name=in latency=${endpointJitterMs} do-lost=true ! ${packetTap} ! rtph264depay wait-for-keyframe=true ! ${parseH264}`;
