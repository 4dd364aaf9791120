import type { Inspection } from '../protocol/inspection.ts';
import type { Stretch } from './ranges.ts';

/** Written last of all that an inspection makes. */
export const INSPECTION = 'inspection.json';

/**
 * An inspection as far as it is of this stretch of media time, by a media time that begins with it. Without pictures,
 * which lie in sheets of many minutes, and without the loudness, which is of the whole.
 */
export function cutInspection({ v, waveform, silences }: Inspection, { from, to }: Stretch): Inspection {
  const { bucketMs, peaks } = waveform;
  const kept = Buffer.from(peaks, 'base64').subarray(Math.floor(from / bucketMs), Math.ceil(to / bucketMs));
  const cut = silences.map(({ fromMs, toMs }) => ({
    fromMs: Math.max(0, fromMs - from),
    toMs: Math.min(to, toMs) - from,
  }));
  return {
    ...{ v, durationMs: to - from, strip: null },
    waveform: { bucketMs, peaks: kept.toString('base64') },
    loudness: { integratedLufs: null, rangeLu: null, peakDbfs: null },
    silences: cut.filter(({ fromMs, toMs }) => toMs > fromMs),
  };
}
