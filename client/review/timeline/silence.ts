import type { Inspection } from '../../../server/protocol/recording.ts';
import type { Stretch } from '../recording-time.ts';

/** Left at both ends, so that no word is cut. */
const MARGIN_MS = 400;

/** The stretches that may be skipped, by media time in ms. */
export function skippable(silences: Inspection['silences']): Stretch[] {
  return silences.map(({ fromMs, toMs }) => ({ from: fromMs + MARGIN_MS, to: toMs - MARGIN_MS }));
}

/** Where to go on from here, in ms of media time; undefined where somebody speaks. */
export function afterSilence(silences: readonly Stretch[], mediaAt: number): number | undefined {
  return silences.find(({ from, to }) => from <= mediaAt && mediaAt < to)?.to;
}
