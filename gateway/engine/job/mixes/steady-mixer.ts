import Gst from 'gi://Gst?version=1.0';
import { countPassed } from '../branch.ts';
import { elementOf } from '../rtp.ts';
import { sleep } from '../sleep.ts';

/**
 * Sets a pipeline playing that has mixers made by `steadyMixer`. A mixer that is always live begins as soon as it is paused, when the
 * pipeline's time does not run yet, and would then be minutes ahead of it: so it starts last.
 */
export function playWithMixers(pipeline: Gst.Pipeline, mixers: readonly string[]): void {
  const late = mixers.flatMap((name) => [elementOf(pipeline, name), elementOf(pipeline, `${name}-silence`)]);
  for (const element of late) element.set_locked_state(true);
  pipeline.set_state(Gst.State.PLAYING);
  for (const element of late) {
    element.set_locked_state(false);
    element.sync_state_with_parent();
  }
}

/** Resolves when the mixers have taken their first silence, with which their time begins anew; at the latest after 2 s. */
export async function mixersBegun(pipeline: Gst.Pipeline, mixers: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 2000; waited += 10) {
    if (mixers.every((name) => countPassed(pipeline, `${name}-begun`) > 1)) return;
    await sleep(10);
  }
}
