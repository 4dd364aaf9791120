import type { EndpointVideo } from '../../leg-protocol.ts';
import { countedOut, packetTap } from '../packet-tap.ts';
import { parseH264 } from '../slide.ts';
import type { PictureTarget } from './leg-fit.ts';
import { continued, endpointJitterMs, receivedType, type StreamPosition } from './leg-rtp.ts';

/** What goes to the server: these two are what browsers and the SFU take. */
export type PassedCodec = 'H264' | 'VP8';

/** Frames. GStreamer 1.22 forgets a request that comes before an encoder's first one: nobody waits longer than this then. */
const keyFrameMax = 75;
/** Bytes of the largest packet to the endpoint: with IP and UDP before it and a tunnel around it, it still fits the line. */
const packetBytes = 1300;
/** So large a slice fits into such a packet, whoever makes it. */
const sliceBytes = 1150;

/** The feedback fields let the session ask by PLI and by FIR (RFC 4585 6.3.1, RFC 5104 4.3.1). */
export function videoCaps(
  video: Pick<EndpointVideo, 'codec' | 'payloadType' | 'receivePayloadType' | 'parameterSets'>,
): string {
  const sets = (video.parameterSets ?? []).join(',');
  // RFC 6184 8.1; they may come in band as well, or instead.
  const outOfBand = sets === '' || video.codec !== 'H264' ? '' : `,sprop-parameter-sets=(string)\\"${sets}\\"`;
  return `application/x-rtp,media=(string)video,encoding-name=(string)${video.codec},payload=(int)${receivedType(video)},clock-rate=(int)90000,rtcp-fb-nack-pli=(boolean)true,rtcp-fb-ccm-fir=(boolean)true${outOfBand}`;
}

/** From packets to whole pictures. Of H.264 and VP8 nothing comes out before a key frame, nor after a loss until one. */
const depayloaders = {
  H264: `rtph264depay name=depay wait-for-keyframe=true ! ${parseH264}`,
  VP8: 'rtpvp8depay name=depay wait-for-keyframe=true',
  H265: 'rtph265depay name=depay ! h265parse config-interval=-1',
} as const;

export const pictureDecoders = {
  H264: 'avdec_h264 max-threads=1 output-corrupt=false',
  VP8: 'vp8dec threads=1',
  H265: 'avdec_h265 max-threads=1 output-corrupt=false',
} as const;

/** Where pictures wait for an encoder: those that wait too long are left out. */
export const rawQueue = 'queue max-size-buffers=3 max-size-bytes=0 max-size-time=0 leaky=downstream';

/**
 * Leaves pictures out, to the nearest of a steady row; each keeps its time to within one of them. Slower pictures are
 * doubled, but a stall is not filled, or the first picture of a call would stand for all the time before it.
 */
export function atMost(fps: number): string {
  if (fps >= 30) return '';
  return `! videorate skip-to-first=true max-duplication-time=500000000 ! video/x-raw,framerate=${fps}/1`;
}

/** What the server takes of what the endpoint sends. */
export function passedCodec({ codec }: Pick<EndpointVideo, 'codec'>): PassedCodec {
  return codec === 'VP8' ? 'VP8' : 'H264';
}

/** Whether the endpoint's picture has to be made anew for the server. */
export function isTranscoded({ codec, transcode }: Pick<EndpointVideo, 'codec' | 'transcode'>): boolean {
  return transcode || codec === 'H265';
}

/** The endpoint's picture from the session to what the server takes; `out` counts pictures. */
export function depayVideoDescription(video: Pick<EndpointVideo, 'codec' | 'transcode'>): string {
  const packets = `rtpjitterbuffer name=in latency=${endpointJitterMs} do-lost=true ! ${packetTap} ! ${depayloaders[video.codec]}`;
  const passed = isTranscoded(video) ? `${packets} ! ${remake(video.codec)}` : packets;
  return `${passed} ! ${countedOut}`;
}

/** Made anew no larger than 720p; pictures that come faster than they can be encoded are left out before. */
function remake(codec: EndpointVideo['codec']): string {
  return [
    `${pictureDecoders[codec]} ! ${rawQueue}`,
    '! videoscale ! videoconvert',
    '! video/x-raw,format=I420,width=[16,1280,2],height=[16,720,2],pixel-aspect-ratio=1/1',
    `! ${h264Encoder({ kbps: 1500, keyFrameMax })} ! ${parseH264}`,
  ].join(' ');
}

/** Constrained baseline in slices that need no fragments; `encoder` takes a bit rate in kbit/s and makes key frames when asked. */
export function h264Encoder({ kbps, keyFrameMax }: { kbps: number; keyFrameMax: number }): string {
  return [
    `x264enc name=encoder tune=zerolatency speed-preset=superfast bitrate=${kbps} vbv-buf-capacity=600`,
    `key-int-max=${keyFrameMax} bframes=0 threads=1 byte-stream=true aud=false`,
    `option-string="slice-max-size=${sliceBytes}" ! video/x-h264,profile=constrained-baseline`,
  ].join(' ');
}

/** In real time, at a constant bit rate. */
export function vp8Encoder({ kbps, keyFrameMax }: { kbps: number; keyFrameMax: number }): string {
  return [
    `vp8enc name=encoder deadline=1 cpu-used=10 threads=1 lag-in-frames=0 end-usage=cbr target-bitrate=${kbps * 1000}`,
    `buffer-size=600 buffer-initial-size=300 buffer-optimal-size=400 undershoot=95 max-quantizer=60`,
    `keyframe-max-dist=${keyFrameMax} error-resilient=default static-threshold=100`,
  ].join(' ');
}

const endpointEncoders = {
  H264: (kbps: number) => h264Encoder({ kbps, keyFrameMax }),
  VP8: (kbps: number) => vp8Encoder({ kbps, keyFrameMax }),
  H265: (kbps: number) =>
    `x265enc name=encoder tune=zerolatency speed-preset=ultrafast bitrate=${kbps} key-int-max=${keyFrameMax} option-string="frame-threads=1:pools=1:repeat-headers=1" ! video/x-h265,profile=main ! h265parse config-interval=-1`,
} as const;

const payloaders = {
  H264: 'rtph264pay aggregate-mode=none',
  VP8: 'rtpvp8pay',
  H265: 'rtph265pay aggregate-mode=none',
} as const;

/** NAL units as they came: an endpoint of mode 0 gets each in one packet, however long (RFC 6184 6.2). */
export function videoPayloadDescription(
  video: Pick<EndpointVideo, 'codec' | 'payloadType' | 'packetizationMode'>,
  at: StreamPosition,
): string {
  return `identity name=in silent=true ! ${pay(video, at)}`;
}

/** The same from a picture made for this endpoint alone. Its bit rate is to be set before the first picture. */
export function videoEncodeDescription(
  video: Pick<EndpointVideo, 'codec' | 'payloadType' | 'packetizationMode'>,
  target: Omit<PictureTarget, 'kbps'>,
  at: StreamPosition,
): string {
  const { codec, width, height, fps } = target;
  return [
    `queue name=in max-size-buffers=60 leaky=downstream ! ${pictureDecoders.H264}`,
    `! ${rawQueue} ${atMost(fps)} ! videoscale add-borders=true ! videoconvert`,
    `! video/x-raw,format=I420,width=${width},height=${height},pixel-aspect-ratio=1/1`,
    `! ${endpointEncoders[codec](startingKbps)} ! ${pay(video, at)}`,
  ].join(' ');
}

/** Until `setBitrate` says better: little enough for any line. */
const startingKbps = 64;

function pay(
  { codec, payloadType, packetizationMode }: Pick<EndpointVideo, 'codec' | 'payloadType' | 'packetizationMode'>,
  at: StreamPosition,
): string {
  const mtu = codec === 'H264' && packetizationMode === 0 ? 60_000 : packetBytes;
  return `${payloaders[codec]} name=pay pt=${payloadType} mtu=${mtu} ${continued(at)}`;
}
