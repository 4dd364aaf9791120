import type { RecordingId } from '../protocol/ids.ts';
import type { Notice } from '../protocol/notices.ts';
import { recordingAccessSchema, recordingWarningsSchema } from '../protocol/recording.ts';
import type { RecordingChange, RecordingSeen, StoredRecording } from '../protocol/stored-recording.ts';
import { insertNotices } from './notices.ts';
import type { Database, Schema } from './schema.ts';

/** Recordings as lists know them; the rows are written with the events of their rooms. */
export interface Recordings {
  /** Newest first. */
  list(): Promise<StoredRecording[]>;
  find(recordingId: RecordingId): Promise<StoredRecording | undefined>;
  change(recordingId: RecordingId, change: RecordingChange): Promise<void>;
  /** Saved ones of which nobody has yet looked at what is on disk. */
  uncared(): Promise<StoredRecording[]>;
  /** What is on disk, after the stop. */
  care(recordingId: RecordingId, seen: RecordingSeen): Promise<void>;
  inspected(recordingId: RecordingId): Promise<void>;
  /** Of one that ended before this was asked. */
  noteEncryption(recordingId: RecordingId, encrypted: boolean): Promise<void>;
  /** All of it is in the store of objects as well since then; null: it is not. */
  copied(recordingId: RecordingId, at: number | null): Promise<void>;
  /** Only the copy in the store of objects is left. */
  away(recordingId: RecordingId): Promise<void>;
  /** It is in no list any more, and nothing that was written or given out of it is left. False where it is held. @param notices what programs are told of it */
  remove(recordingId: RecordingId, notices?: readonly Notice[]): Promise<boolean>;
  /** Removed ones whose files may still be there; `copied`: in the store of objects too. */
  unwiped(): Promise<{ recordingId: RecordingId; copied: boolean }[]>;
  wiped(recordingId: RecordingId): Promise<void>;
}

/** In `bytes` of a removed recording of which nothing is left. */
const WIPED = -1;

export function openRecordings(db: Database): Recordings {
  const known = () =>
    db
      .selectFrom('recordings')
      .innerJoin('rooms', 'rooms.id', 'recordings.room_id')
      .selectAll('recordings')
      .select('rooms.title')
      .where('recordings.status', '!=', 'deleted');
  return {
    async list() {
      return (await known().orderBy('recordings.started_at', 'desc').execute()).map(toRecording);
    },
    async find(recordingId) {
      const row = await known().where('recordings.id', '=', recordingId).executeTakeFirst();
      return row && toRecording(row);
    },
    async change(recordingId, { note, access, keepUntil, held }) {
      const changed: Partial<Schema['recordings']> = {
        ...(note === undefined ? {} : { note }),
        ...(access === undefined ? {} : { access: access && JSON.stringify(access) }),
        ...(keepUntil === undefined ? {} : keptUntil(keepUntil)),
        ...(held === undefined ? {} : { held: held ? 1 : 0 }),
      };
      if (Object.keys(changed).length === 0) return;
      await db.updateTable('recordings').set(changed).where('id', '=', recordingId).execute();
    },
    async uncared() {
      const saved = known().where('recordings.status', '=', 'saved').where('cared', '=', 0).where('away', '=', 0);
      return (await saved.execute()).map(toRecording);
    },
    async care(id, { durationMs, bytes, gaps, encrypted }) {
      const counted = { duration_ms: durationMs, bytes, gap_count: gaps.count, gap_ms: gaps.ms };
      const found = { ...counted, encrypted: encrypted === null ? null : Number(encrypted), cared: 1 };
      await db.updateTable('recordings').set(found).where('id', '=', id).execute();
    },
    async inspected(id) {
      await db.updateTable('recordings').set({ inspected: 1 }).where('id', '=', id).execute();
    },
    async noteEncryption(id, encrypted) {
      await db
        .updateTable('recordings')
        .set({ encrypted: Number(encrypted) })
        .where('id', '=', id)
        .execute();
    },
    async copied(id, at) {
      await db.updateTable('recordings').set({ copied_at: at }).where('id', '=', id).execute();
    },
    async away(id) {
      await db.updateTable('recordings').set({ away: 1 }).where('id', '=', id).execute();
    },
    remove: (recordingId, notices = []) => remove(db, recordingId, notices),
    async unwiped() {
      const removed = db.selectFrom('recordings').select(['id', 'copied_at']);
      const unwiped = await removed.where('status', '=', 'deleted').where('bytes', '>=', 0).execute();
      return unwiped.map(({ id, copied_at }) => ({ recordingId: id, copied: copied_at !== null }));
    },
    async wiped(recordingId) {
      await db.updateTable('recordings').set({ bytes: WIPED }).where('id', '=', recordingId).execute();
    },
  };
}

function remove(db: Database, recordingId: RecordingId, notices: readonly Notice[]): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const removed = await transaction
      .updateTable('recordings')
      .set({ status: 'deleted', note: '' })
      .where('id', '=', recordingId)
      .where('held', '=', 0)
      .executeTakeFirst();
    if (removed.numUpdatedRows !== 1n) return false;
    for (const table of ['recording_comments', 'recording_shares', 'recording_texts'] as const) {
      await transaction.deleteFrom(table).where('recording_id', '=', recordingId).execute();
    }
    await insertNotices(transaction, notices);
    return true;
  });
}

function keptUntil(keepUntil: number | null | 'byRule'): Pick<Schema['recordings'], 'keep_decided' | 'keep_until'> {
  if (keepUntil === 'byRule') return { keep_decided: 0, keep_until: null };
  return { keep_decided: 1, keep_until: keepUntil };
}

function toRecording(row: Schema['recordings'] & { title: string }): StoredRecording {
  return {
    recordingId: row.id,
    roomId: row.room_id,
    title: row.title,
    status: row.status === 'running' ? 'running' : 'saved',
    ...(row.file === '' ? {} : { file: row.file }),
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    bytes: row.bytes,
    note: row.note,
    access: row.access === null ? null : recordingAccessSchema.parse(JSON.parse(row.access)),
    keepUntil: row.keep_decided === 0 ? 'byRule' : row.keep_until,
    held: row.held === 1,
    gaps: { count: row.gap_count, ms: row.gap_ms },
    warnings: recordingWarningsSchema.parse(JSON.parse(row.warnings)),
    inspected: row.inspected === 1,
    encrypted: row.encrypted === null ? null : row.encrypted === 1,
    copiedAt: row.copied_at,
    away: row.away === 1,
  };
}
