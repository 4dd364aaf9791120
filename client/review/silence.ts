import type { Waveform } from '../../server/protocol/recording.ts';
import type { Stretch } from './recording-time.ts';

/** Below it nobody speaks: of 255, about -33 dB. */
const SILENT = 6;
/** A shorter pause belongs to speech. */
const LONGEST_PAUSE_MS = 2_000;
/** Left at both ends, so that no word is cut. */
const MARGIN_MS = 400;

/** The stretches that may be skipped, by media time in ms. */
export function silencesOf({ peaks, stepMs }: Waveform): Stretch[] {
  const silences: Stretch[] = [];
  let begun = -1;
  for (let i = 0; i <= peaks.length; i += 1) {
    const isSilent = (peaks[i] ?? 255) < SILENT;
    if (isSilent && begun < 0) begun = i;
    if (isSilent || begun < 0) continue;
    const stretch = { from: begun * stepMs + MARGIN_MS, to: i * stepMs - MARGIN_MS };
    if ((i - begun) * stepMs > LONGEST_PAUSE_MS) silences.push(stretch);
    begun = -1;
  }
  return silences;
}

/** Where to go on from here, in ms of media time; undefined where somebody speaks. */
export function afterSilence(silences: readonly Stretch[], mediaAt: number): number | undefined {
  return silences.find(({ from, to }) => from <= mediaAt && mediaAt < to)?.to;
}
