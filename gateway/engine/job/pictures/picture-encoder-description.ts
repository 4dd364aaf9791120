import type { PictureEncoder, PictureSettings, PictureTier } from '../../picture-protocol.ts';
import { nalBytes } from './picture-description.ts';

export type EncoderElement = 'x264enc' | 'vah264enc' | 'vaapih264enc' | 'nvh264enc';

/** GStreamer's elements for each kind of encoder, the better one first. */
export const encoderElements: Readonly<Record<PictureEncoder, readonly EncoderElement[]>> = {
  x264: ['x264enc'],
  va: ['vah264enc', 'vaapih264enc'],
  nvenc: ['nvh264enc'],
};

export interface EncoderSettings {
  readonly fps: PictureTier['fps'];
  readonly bitrateKbps: PictureTier['bitrateKbps'];
  readonly preset: PictureSettings['preset'];
}

const keyFrameSeconds = 10;
/** Slices of encoders that count them rather than their bytes: as many as packets at the usual rates. */
const slices = 8;

/**
 * The encoder, named `encoder`: frames only from the past, no key frame that nobody asked for but one every 10 s. x264 cuts slices to fit a packet; others may leave larger ones, which are then fragmented (RFC
 * 6184 5.8) and need packetization-mode 1.
 */
export function encoderDescription(element: EncoderElement, { fps, bitrateKbps, preset }: EncoderSettings): string {
  const distance = keyFrameSeconds * fps;
  const common = `name=encoder bitrate=${bitrateKbps}`;
  if (element === 'x264enc') {
    const slicing = `option-string="slice-max-size=${nalBytes}:scenecut=0"`;
    const speed = `tune=zerolatency speed-preset=${preset} vbv-buf-capacity=600 threads=2 sliced-threads=true`;
    return `x264enc ${common} ${speed} key-int-max=${distance} bframes=0 byte-stream=true aud=false ${slicing}`;
  }
  const settings = {
    vah264enc: `rate-control=cbr key-int-max=${distance} b-frames=0 num-slices=${slices} aud=false`,
    vaapih264enc: `rate-control=cbr keyframe-period=${distance} max-bframes=0 num-slices=${slices} aud=false`,
    nvh264enc: `rc-mode=cbr gop-size=${distance} bframes=0 zerolatency=true aud=false`,
  };
  return `videoconvert ! ${element} ${common} ${settings[element]}`;
}
