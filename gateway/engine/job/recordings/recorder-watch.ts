import Gst from 'gi://Gst?version=1.0';
import { padOf } from '../branch.ts';
import { elementOf, readProperty } from '../rtp.ts';
import { readLoudness } from '../sound-level.ts';
import { RecorderSenses } from './recorder-senses.ts';

const size = { width: 64, height: 36 };

/** Behind the tee of the sound, in the thread that brings it: a measurement each second holds nobody up. */
export const soundWatch = 'level name=loudness interval=1000000000 ! fakesink sync=false async=false';

/** Behind the tee of the picture: key frames alone are let through, decoded, and made small, and not all of them. */
export const pictureWatch = [
  'identity name=key-frames silent=true ! valve name=eyes ! queue leaky=downstream max-size-buffers=5',
  '! avdec_h264 max-threads=1 output-corrupt=false ! videoscale method=nearest-neighbour ! videoconvert',
  `! video/x-raw,format=GRAY8,width=${size.width},height=${size.height}`,
  '! fakesink name=seen sync=false async=false',
].join(' ');

/** Listens and looks, as often as it is worth it. Times in ms of one clock. */
export class RecorderWatch {
  readonly #pipeline: Gst.Pipeline;
  readonly #senses: RecorderSenses;
  #seenPts = -1;

  constructor(pipeline: Gst.Pipeline, now: number) {
    this.#pipeline = pipeline;
    this.#senses = new RecorderSenses(now);
    Gst.util_set_object_arg(elementOf(pipeline, 'key-frames'), 'drop-buffer-flags', 'delta-unit');
  }

  /** Takes an element's message. */
  take(source: string, structure: Gst.Structure, now: number): void {
    if (source === 'loudness') this.#senses.hear(readLoudness(structure).rms, now);
  }

  /** @param isSlide nothing but the slide is there */
  look(now: number, isSlide: boolean): { silentMs: number; blackMs: number } {
    const sample = readProperty(elementOf(this.#pipeline, 'seen'), 'last-sample') as Gst.Sample | null;
    const picture = sample?.get_buffer();
    if (picture !== undefined && picture.pts !== this.#seenPts) {
      this.#seenPts = picture.pts;
      this.#senses.see(picture.extract_dup(0, picture.get_size()), now);
    }
    elementOf(this.#pipeline, 'eyes').set_property('drop', !this.#senses.isCurious(now));
    return this.#senses.tell(now, isSlide);
  }
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
