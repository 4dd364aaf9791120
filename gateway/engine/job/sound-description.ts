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
