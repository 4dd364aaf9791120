import Gst from 'gi://Gst?version=1.0';
import { elementOf } from './rtp.ts';

/** The raw sound on both sides of a mixer. */
export const rawAudio = 'audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved';

/**
 * A mixer that is never without sound, before a tee: 20 ms after 20 ms, each continuing the last through every stall
 * and loss of its inputs, which come late by up to `upstreamMs`. The silence is there from the beginning because a
 * mixer starts its time anew with its first input.
 */
export function steadyMixer(name: string, tee: string, upstreamMs: number): string {
  return [
    `audiotestsrc name=${name}-silence is-live=true wave=silence samplesperbuffer=960 ! ${rawAudio} ! ${name}.sink_0`,
    `audiomixer name=${name} force-live=true ignore-inactive-pads=true output-buffer-duration=20000000 latency=30000000 min-upstream-latency=${upstreamMs}000000`,
    `! ${rawAudio} ! tee name=${tee} allow-not-linked=true`,
  ].join(' ');
}

/**
 * Sets a pipeline playing that has such mixers. A mixer that is always live begins as soon as it is paused, when the
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
