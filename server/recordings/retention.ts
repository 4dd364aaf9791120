import type { StoredRecording } from '../protocol/stored-recording.ts';

const DAY_MS = 86_400_000;

/** When a recording is to be deleted; null: never. A hold is another matter: see `isOverdue`. */
export function keepUntil(
  { keepUntil: decided, startedAt, durationMs }: Pick<StoredRecording, 'keepUntil' | 'startedAt' | 'durationMs'>,
  retentionDays: number,
): number | null {
  if (decided !== 'byRule') return decided;
  return retentionDays === 0 ? null : startedAt + durationMs + retentionDays * DAY_MS;
}

/** Nothing is deleted while it is held or still being recorded. */
export function isOverdue(recording: StoredRecording, retentionDays: number, now: number): boolean {
  const until = keepUntil(recording, retentionDays);
  return !recording.held && recording.status === 'saved' && until !== null && until <= now;
}
