/** The raw sound on both sides of a mixer. */
export const rawAudio = 'audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved';

/** Milliseconds that a mixer of the leg waits for a voice that is late. */
const patienceMs = 30;

/**
 * A mixer that is never without sound, before a tee: `bufferMs` after `bufferMs`, each continuing the last through every stall
 * and loss of its inputs. These come late by up to `upstreamMs`; undefined stands for inputs of this process, which
 * never do. An input whose time has slipped by 20 ms is set right at once: the picture has no more patience, and what
 * follows a pause of which nothing was sent would be heard later than it belongs by as much as its first packet is late.
 */
export function steadyMixer(name: string, tee: string, upstreamMs: number | undefined, bufferMs = 20): string {
  // Inputs from the network cannot say how late they are before they have begun; with local ones it need not be forced.
  const live = upstreamMs === undefined ? '' : mixerLatency(upstreamMs, patienceMs);
  const mixer = mixerWithSilence(name, rawAudio, `alignment-threshold=20000000 discont-wait=0 ${live}`, bufferMs);
  return `${mixer} ! ${rawAudio} ! tee name=${tee} allow-not-linked=true`;
}

/** The silence is there from the beginning because a mixer starts its time anew with its first input. */
export function mixerWithSilence(name: string, format: string, more: string, bufferMs = 20): string {
  return [
    `audiotestsrc name=${name}-silence is-live=true wave=silence samplesperbuffer=${48 * bufferMs} ! ${format} ! identity name=${name}-begun silent=true ! ${name}.sink_0`,
    `audiomixer name=${name} ignore-inactive-pads=true output-buffer-duration=${bufferMs}000000 ${more}`,
  ].join(' ');
}

/** For inputs from the network: how late they come, and for how long more one that is later still is waited for. */
export function mixerLatency(upstreamMs: number, patience: number): string {
  return `force-live=true latency=${patience}000000 min-upstream-latency=${upstreamMs}000000`;
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
