import type { PictureSettings, PictureTier } from '../picture-protocol.ts';
import type { RtpInput, RtpOutput } from '../protocol.ts';
import {
  decoders,
  jitterMs,
  payloaderProperties,
  rtpBin,
  rtpInputDescription,
  rtpOutputDescription,
} from './rtp-description.ts';

/** Largest RTP packet in bytes, and the largest NAL unit that fits in one with its 12-byte header (RFC 3550 5.1). */
const packetBytes = 1200;
const nalBytes = packetBytes - 12 - 8;

/** Milliseconds beyond the jitter buffer for decoding, and for pictures that are late. */
const decodingMs = 20;
const patienceMs = 30;

const keyFrameSeconds = 10;
const ns = 1_000_000;

type Size = Pick<PictureTier, 'width' | 'height' | 'fps'>;

/** Colours of ITU-R BT.709 from 720 lines on, as decoders assume when nothing else is said. */
function colorimetry({ height }: Size): string {
  return height >= 720 ? 'bt709' : 'bt601';
}

/**
 * The output: `compositor` takes the pads of inputs and drawn pictures, `encoder` makes H.264 that any codec takes.
 * The compositor keeps time by the clock; it waits for a late input no longer than its latency. The encoder itself puts
 * the parameter sets before each key frame: the payloader would put them before each of its slices.
 */
export function pictureOutputDescription(tier: PictureTier, preset: PictureSettings['preset'], rtp: RtpOutput): string {
  const { width, height, fps, bitrateKbps } = tier;
  return [
    rtpBin(rtp.cname),
    'compositor name=compositor background=black force-live=true ignore-inactive-pads=true max-threads=2',
    `latency=${patienceMs * ns} min-upstream-latency=${(jitterMs + decodingMs) * ns}`,
    `! video/x-raw,format=I420,width=${width},height=${height},framerate=${fps}/1,colorimetry=${colorimetry(tier)}`,
    '! queue max-size-buffers=3 max-size-bytes=0 max-size-time=0 leaky=downstream',
    `! x264enc name=encoder tune=zerolatency speed-preset=${preset} bitrate=${bitrateKbps} vbv-buf-capacity=600`,
    `key-int-max=${keyFrameSeconds * fps} bframes=0 threads=2 sliced-threads=true byte-stream=true aud=false`,
    `min-force-key-unit-interval=${1000 * ns} option-string="slice-max-size=${nalBytes}"`,
    '! video/x-h264,profile=constrained-baseline ! h264parse',
    '! tee name=encoded ! fakesink name=encoded-frames sync=false async=false enable-last-sample=false',
    `encoded. ! rtph264pay config-interval=0 aggregate-mode=none mtu=${packetBytes} ${payloaderProperties(rtp)}`,
    rtpOutputDescription(0, true),
  ].join(' ');
}

/**
 * One input down to raw pictures at `end`. `crop` cuts to the tile's shape, `decoded-frames` counts what was
 * decoded.
 */
export function pictureInputDescription(rtp: RtpInput & { codec: 'VP8' | 'H264' }): string {
  return [
    rtpBin(),
    rtpInputDescription(rtp),
    `${decoders[rtp.codec]} name=decoder ! tee name=decoded`,
    'decoded. ! fakesink name=decoded-frames sync=false async=false enable-last-sample=false',
    'decoded. ! aspectratiocrop name=crop',
    '! queue name=end max-size-buffers=2 max-size-bytes=0 max-size-time=0 leaky=downstream',
  ].join(' ');
}

/** A drawn picture: shown until the next one is pushed into `source`. */
export function drawnPictureDescription(output: Size): string {
  return [
    'appsrc name=source format=time is-live=false max-buffers=2 leaky-type=downstream',
    `! videoconvert ! video/x-raw,format=I420,colorimetry=${colorimetry(output)}`,
    `! imagefreeze is-live=true allow-replace=true ! capsfilter caps=video/x-raw,framerate=${output.fps}/1`,
  ].join(' ');
}
