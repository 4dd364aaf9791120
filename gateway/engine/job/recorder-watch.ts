import Gst from 'gi://Gst?version=1.0';
import { padOf } from './branch.ts';
import { elementOf, readProperty } from './rtp.ts';
import { readLoudness } from './sound-level.ts';

/** Quieter is silence: rooms with an open microphone are louder by 20 dB. */
const silenceDb = -70;
/** 0 to 255. A picture without anything brighter is black; names and slides are bright. */
const blackLuma = 56;
const size = { width: 64, height: 36 };

/** Behind the tee of the sound: a measurement each second. */
export const soundWatch =
  'queue leaky=downstream ! level name=loudness interval=1000000000 ! fakesink sync=false async=false';

/** Behind the tee of the picture: key frames alone are decoded, and made small. */
export const pictureWatch = [
  'queue leaky=downstream max-size-buffers=30 ! identity name=key-frames silent=true',
  '! avdec_h264 max-threads=1 output-corrupt=false ! videoscale method=nearest-neighbour ! videoconvert',
  `! video/x-raw,format=GRAY8,width=${size.width},height=${size.height}`,
  '! fakesink name=seen sync=false async=false',
].join(' ');

/** For how long there has been no sound and no picture. Times in ms of one clock. */
export class RecorderWatch {
  readonly #pipeline: Gst.Pipeline;
  #heardAt: number;
  #seenAt: number;
  #isDark = false;

  constructor(pipeline: Gst.Pipeline, now: number) {
    this.#pipeline = pipeline;
    this.#heardAt = now;
    this.#seenAt = now;
    Gst.util_set_object_arg(elementOf(pipeline, 'key-frames'), 'drop-buffer-flags', 'delta-unit');
  }

  /** Takes an element's message. */
  take(source: string, structure: Gst.Structure, now: number): void {
    if (source === 'loudness' && readLoudness(structure).rms > silenceDb) this.#heardAt = now;
  }

  /** @param isSlide nothing but the slide is there */
  look(now: number, isSlide: boolean): { silentMs: number; blackMs: number } {
    const sample = readProperty(elementOf(this.#pipeline, 'seen'), 'last-sample') as Gst.Sample | null;
    if (sample !== null) this.#isDark = isBlack(sample.get_buffer());
    if (!this.#isDark && !isSlide) this.#seenAt = now;
    return { silentMs: Math.round(now - this.#heardAt), blackMs: Math.round(now - this.#seenAt) };
  }
}

function isBlack(picture: Gst.Buffer): boolean {
  return picture.extract_dup(0, picture.get_size()).every((luma) => luma < blackLuma);
}

/** Whether the picture's pad carries caps: its size is known. */
export function sizeOf(
  pipeline: Gst.Pipeline,
  element: string,
): { caps: Gst.Caps; width: number; height: number } | undefined {
  const caps = padOf(elementOf(pipeline, element), 'src').get_current_caps();
  if (caps === null) return undefined;
  const first = caps.get_structure(0);
  return { caps, width: Number(first.get_value('width')), height: Number(first.get_value('height')) };
}
