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
 * Sound for the server carries the speaker's level in each packet under this id (RFC 6464): the server shows it, and
 * finds the active speaker by it, without decoding.
 */
export const AUDIO_LEVEL_EXTENSION_ID = 1;

/** Opus for the server, ending in the payloader `sound-pay`; `announceLevel` has it say how loud each packet is. */
export function levelledOpus(encoder: string, payloader: string): string {
  return `level audio-level-meta=true post-messages=false ! opusenc ${encoder} ! rtpopuspay name=sound-pay ${payloader}`;
}
