import type { VideoOutput } from '../../leg-protocol.ts';
import { countedOut } from '../packet-tap.ts';
import { payloaderProperties } from '../rtp-description.ts';
import { parseH264 } from '../slide.ts';
import type { StreamPosition } from './leg-rtp.ts';
import { continued } from './leg-rtp.ts';
import {
  atMost,
  h264Encoder,
  type PassedCodec,
  pictureDecoders,
  rawQueue,
  vp8Encoder,
} from './leg-video-description.ts';

export type TierName = 'low' | 'mid';

/** The largest sizes, in pixels, of what is made smaller; what is small already stays as it is. */
const boxes = {
  low: 'width=[16,320,2],height=[16,180,2],pixel-aspect-ratio=1/1',
  mid: 'width=[16,640,2],height=[16,360,2],pixel-aspect-ratio=1/1',
} as const;

/** With the headers of their packets these stay below 150 and 400 kbit/s. */
const tierKbps = { low: 115, mid: 340 } as const;
const tierFps = 15;
/** GStreamer 1.22 forgets a request that comes before an encoder's first frame: nobody waits longer than this then. */
const keyFrameSeconds = 3;

const serverPayloaders = {
  H264: 'rtph264pay aggregate-mode=zero-latency',
  VP8: 'rtpvp8pay picture-id-mode=15-bit',
} as const;

/** Bytes: what mediasoup forwards has to fit into everybody's line. */
const packetBytes = 1200;

/**
 * What the endpoint shows, to the server, as it came. Where there may be tiers, `passed` and `raw` are where they
 * begin, and `layers` is where they end: one session then has all of them.
 */
export function serverDescription(
  codec: PassedCodec,
  output: Pick<VideoOutput, 'payloadType' | 'ssrc' | 'tiers'>,
): string {
  const pay = `${serverPayloaders[codec]} ${payloaderProperties(output)} mtu=${packetBytes}`;
  const begin = 'identity name=in silent=true';
  if (output.tiers === undefined || output.tiers.length === 0) return `${begin} ! ${pay}`;
  return `tee name=raw allow-not-linked=true ${begin} ! tee name=passed allow-not-linked=true ! ${pay} ! rtpfunnel name=layers`;
}

/** What both tiers are made from. */
export function tierDecodeDescription(codec: PassedCodec): string {
  return `queue name=in max-size-buffers=60 leaky=downstream ! ${pictureDecoders[codec]} ! ${countedOut}`;
}

/** One tier: its encoder makes a key frame whenever the server asks for one. */
export function tierDescription(tier: TierName, codec: PassedCodec, payloadType: number, at: StreamPosition): string {
  const options = { kbps: tierKbps[tier], keyFrameMax: keyFrameSeconds * tierFps };
  // One set of parameters before a key frame: the payloader would put one before each of its slices.
  const encoder = codec === 'VP8' ? vp8Encoder(options) : `${h264Encoder(options)} ! ${parseH264}`;
  return [
    `${rawQueue} name=in ${atMost(tierFps)} ! videoscale ! videoconvert ! video/x-raw,format=I420,${boxes[tier]}`,
    `! ${encoder} ! ${serverPayloaders[codec]} name=pay pt=${payloadType} mtu=${packetBytes} ${continued(at)}`,
  ].join(' ');
}

/** The next key frame as a JPEG, kept by `picture`; `keys` counts what is decoded. */
export function stillDescription(codec: PassedCodec): string {
  return [
    'queue name=in max-size-buffers=60 leaky=downstream ! identity name=only-keys drop-buffer-flags=delta-unit',
    `! identity name=keys silent=true ! ${pictureDecoders[codec]} ! videoscale ! videoconvert`,
    `! video/x-raw,format=I420,${boxes.low} ! jpegenc quality=70 ! fakesink name=picture sync=false async=false`,
  ].join(' ');
}
