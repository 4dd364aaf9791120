import type { PictureTier } from '../../picture-protocol.ts';
import type { RtpInput, RtpOutput } from '../../protocol.ts';
import {
  decoders,
  jitterMs,
  payloaderProperties,
  receivingRtpBin,
  rtpInputDescription,
  rtpOutputDescription,
  sendingRtpBin,
} from '../rtp-description.ts';

/** Largest RTP packet in bytes, and the largest NAL unit that fits in one with its 12-byte header (RFC 3550 5.1). */
const packetBytes = 1200;
export const nalBytes = packetBytes - 12 - 8;

/**
 * Milliseconds beyond the jitter buffer for decoding, and for pictures that are late. Only what waited for a lost packet
 * needs them: all else passes the jitter buffer at once.
 */
const decodingMs = 5;
const patienceMs = 5;

const ns = 1_000_000;

/**
 * Colours of every composed picture, whatever its size, as each stream says of itself (H.264 E.2.1): those of cameras
 * in browsers. Another choice would have every input's colours converted for every frame; none at all would have the
 * encoders begin anew, with a key frame, whenever inputs of other colours come or go.
 */
export const pictureColours = 'colorimetry=bt601,chroma-site=mpeg2';

/** Size and rate of the composed picture; the rate may be half a whole one. */
export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

export function composedCaps({ width, height, fps }: PictureFormat): string {
  const size = `width=${width},height=${height},pixel-aspect-ratio=1/1,framerate=${Math.round(2 * fps)}/2`;
  return `video/x-raw,format=I420,${size},${pictureColours}`;
}

/**
 * The composition: `compositor` takes the pads of inputs and drawn pictures, `format` says how large it is and how
 * quick, and lets frames of the format before pass until the first of the new one, `pictures` feeds the tiers. `gate`
 * leads to where the compositor can be held up with a frame in its hands: counted by `arrived`, it waits before `stop`.
 * The compositor keeps time by the clock; it waits for a late input no longer than its latency.
 */
export function compositionDescription(format: PictureFormat): string {
  return [
    'compositor name=compositor background=black force-live=true ignore-inactive-pads=true max-threads=1',
    `latency=${patienceMs * ns} min-upstream-latency=${(jitterMs + decodingMs) * ns}`,
    `! capsfilter name=format caps-change-mode=delayed caps="${composedCaps(format)}" ! tee name=pictures`,
    '! fakesink name=composed-frames sync=false async=false enable-last-sample=false',
    'pictures. ! valve name=gate drop=true ! identity name=arrived silent=true',
    '! appsink name=stop max-buffers=1 drop=true sync=false async=false enable-last-sample=false',
  ].join(' ');
}

/**
 * A tier from composed pictures to H.264, as any codec takes it. `encoder` is what `describeEncoder` answers. Its frames are
 * counted by `made` and dropped until `ready` leads to `out`.
 */
export function tierDescription({ width, height, fps }: PictureTier, encoder: string): string {
  return [
    'queue name=in max-size-buffers=3 max-size-bytes=0 max-size-time=0 leaky=downstream',
    `! videorate name=rate drop-only=true max-rate=${fps} ! videoscale name=scale`,
    `! capsfilter name=size caps="${tierCaps({ width, height })}"`,
    `! ${encoder} ! video/x-h264,profile=constrained-baseline ! identity name=made silent=true ! tee name=ready allow-not-linked=true`,
    'h264parse name=out',
  ].join(' ');
}

export function tierCaps({ width, height }: Pick<PictureTier, 'width' | 'height'>): string {
  return `video/x-raw,width=${width},height=${height},pixel-aspect-ratio=1/1`;
}

/**
 * Where a tier's frames leave from as long as its output is open: counted, and offered to the sender of the moment. (A
 * sink would begin to count anew with each encoder.)
 */
export function outletDescription(): string {
  const end = 'fakesink sync=false async=false enable-last-sample=false';
  return [
    'tee name=in allow-not-linked=true',
    `in. ! identity name=encoded-frames ! ${end}`,
    `in. ! identity drop-buffer-flags=delta-unit ! identity name=key-frames ! ${end}`,
  ].join(' ');
}

/** Where an output's packets go on in its numbers. */
export interface SendingPosition {
  readonly sequence: number;
  readonly timestampOffset: number;
}

/**
 * What sends a tier's frames to one place. The encoder itself puts the parameter sets before each key frame: the
 * payloader would put them before each of its slices.
 */
export function tierSenderDescription(rtp: RtpOutput, { sequence, timestampOffset }: SendingPosition): string {
  const numbers = `seqnum-offset=${sequence} timestamp-offset=${timestampOffset} ${payloaderProperties(rtp)}`;
  return [
    sendingRtpBin(rtp.cname),
    'queue name=in max-size-buffers=10 max-size-bytes=0 max-size-time=0 leaky=downstream',
    `! rtph264pay name=payloader config-interval=0 aggregate-mode=none mtu=${packetBytes} ${numbers}`,
    rtpOutputDescription(0, true),
  ].join(' ');
}

/**
 * One input down to raw pictures at `end`, upright as they come: the SFU has senders turn them (`server/media/dictionaries.ts`).
 * `crop` cuts to the tile's shape, `decoded-frames` counts what was decoded. Pictures in VP8 say nothing about their colours: browsers make them from bt601 at any size. Those
 * in H.264 mostly say nothing about where theirs are, which are left of their pixels then (E.2.1).
 */
export function pictureInputDescription(rtp: RtpInput & { codec: 'VP8' | 'H264' }): string {
  const known = rtp.codec === 'VP8' ? pictureColours : 'chroma-site=mpeg2';
  return [
    receivingRtpBin(jitterMs),
    rtpInputDescription(rtp),
    `${decoders[rtp.codec]} name=decoder`,
    `! capssetter join=true replace=false caps="video/x-raw,${known}" ! tee name=decoded`,
    'decoded. ! fakesink name=decoded-frames sync=false async=false enable-last-sample=false',
    'decoded. ! aspectratiocrop name=crop',
    '! queue name=end max-size-buffers=2 max-size-bytes=0 max-size-time=0 leaky=downstream',
  ].join(' ');
}
