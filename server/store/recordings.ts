import type { RecordingSummary } from '../protocol/http.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { Database } from './schema.ts';

/** What was saved, as the rooms' logs say; the rows are written with the events `recordingSaved` and `recordingPartSaved`. */
export interface Recordings {
  /** Newest first. */
  list(): Promise<RecordingSummary[]>;
  /** The file's name in the folder of recordings. */
  fileOf(recordingId: RecordingId): Promise<string | undefined>;
}

export function openRecordings(db: Database): Recordings {
  return {
    async list() {
      const rows = await db
        .selectFrom('recordings')
        .innerJoin('rooms', 'rooms.id', 'recordings.room_id')
        .selectAll('recordings')
        .select('rooms.title')
        .orderBy('recordings.started_at', 'desc')
        .execute();
      return rows.map((row) => ({
        recordingId: row.id,
        roomId: row.room_id,
        title: row.title,
        startedAt: row.started_at,
        durationMs: row.duration_ms,
        bytes: row.bytes,
      }));
    },
    async fileOf(recordingId) {
      const found = db.selectFrom('recordings').select('file').where('id', '=', recordingId);
      return (await found.executeTakeFirst())?.file;
    },
  };
}
