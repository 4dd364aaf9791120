import type { RecordingSummary } from '../../server/protocol/recording.ts';

export interface Day {
  /** Midnight of that day here, in milliseconds since 1970. */
  at: number;
  recordings: RecordingSummary[];
}

/** The newest day first, and in it the newest recording. */
export function byDay(recordings: readonly RecordingSummary[]): Day[] {
  const days = Map.groupBy(
    recordings.toSorted((a, b) => b.startedAt - a.startedAt),
    ({ startedAt }) => new Date(startedAt).setHours(0, 0, 0, 0),
  );
  return [...days].map(([at, ofDay]) => ({ at, recordings: ofDay }));
}
