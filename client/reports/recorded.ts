import type { Minutes } from '../../server/protocol/reports.ts';

/** What of a recording says where a moment is in it. */
export type Recorded = Pick<Minutes['recordings'][number], 'recordingId' | 'from' | 'to'>;

/** Where a moment is to be seen, in the recording that ran then; null where none did. @param at milliseconds since 1970 */
export function watchAddress(recordings: readonly Recorded[], at: number): string | null {
  const recording = recordings.find(({ from, to }) => at >= from && at < to);
  return recording ? `/recordings/${recording.recordingId}?t=${Math.floor((at - recording.from) / 1000)}` : null;
}
