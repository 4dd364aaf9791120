import type Gst from 'gi://Gst?version=1.0';
import type { Branch } from '../branch.ts';
import { elementOf } from '../rtp.ts';
import { sleep } from '../sleep.ts';

/** For `soundAge`: the newest of what passes; what is older is of no use. */
export const ageTap =
  'identity name=in silent=true ! appsink name=newest max-buffers=1 drop=true sync=false async=false enable-last-sample=false';

const lookMs = 5;
const lookForMs = 400;

/**
 * How old what passes a tap is, in ms since the time that its timestamp says: that at which it came, for whatever came from
 * outside. Undefined where nothing passes. Removes the tap.
 */
export async function soundAge(pipeline: Gst.Pipeline, tap: Branch): Promise<number | undefined> {
  const ages: number[] = [];
  try {
    const newest = elementOf(tap.bin, 'newest');
    for (let waited = 0; waited < lookForMs; waited += lookMs) {
      await sleep(lookMs);
      const sample = newest.emit('try-pull-sample', 0) as Gst.Sample | null;
      if (sample === null) continue;
      const running = pipeline.get_clock().get_time() - pipeline.get_base_time();
      ages.push((running - sample.get_buffer().pts) / 1e6);
    }
  } finally {
    tap.remove();
  }
  return medianOf(ages);
}

function medianOf(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
