import type { Transaction } from 'kysely';
import type { LoggedEvent, RoomEvent } from '../protocol/events.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Schema } from './schema.ts';

type Saved = Extract<RoomEvent, { type: 'recordingSaved' | 'recordingPartSaved' }>;

/** The row of a recording, as its room's events make it; written with them. */
export async function projectRecording(
  db: Transaction<Schema>,
  roomId: RoomId,
  { event, at }: Pick<LoggedEvent, 'event' | 'at'>,
): Promise<void> {
  switch (event.type) {
    case 'recordingStarted': {
      const row = { id: event.recordingId, room_id: roomId, file: '', started_at: at, duration_ms: 0, bytes: 0 };
      await db
        .insertInto('recordings')
        .values({ ...row, ...PRISTINE, status: 'running' })
        .onConflict((c) => c.column('id').doNothing())
        .execute();
      return;
    }
    case 'recordingPartSaved':
    case 'recordingSaved':
      return event.file === undefined ? saveParts(db, roomId, event, at) : saveFile(db, roomId, event, event.file, at);
    case 'recordingFailed':
      // Whether anything of it is there is seen on disk.
      await db
        .updateTable('recordings')
        .set({ status: 'saved' })
        .where('id', '=', event.recordingId)
        .where('status', '=', 'running')
        .execute();
      return;
  }
}

const PRISTINE = { note: '', access: null, keep_decided: 0, keep_until: null, held: 0, cared: 0 } as const;

async function saveParts(db: Transaction<Schema>, roomId: RoomId, event: Saved, at: number): Promise<void> {
  const { recordingId: id, durationMs: duration_ms, bytes } = event;
  const changed = {
    duration_ms,
    bytes,
    cared: 0,
    status: event.type === 'recordingSaved' ? ('saved' as const) : ('running' as const),
  };
  await db
    .insertInto('recordings')
    .values({ id, room_id: roomId, file: '', started_at: at - duration_ms, ...PRISTINE, ...changed })
    .onConflict((c) => c.column('id').doUpdateSet(changed))
    .execute();
}

/** One file, which is a recording by itself. Reported again after a crash between the report and its answer: the same. */
async function saveFile(
  db: Transaction<Schema>,
  room_id: RoomId,
  { durationMs: duration_ms, bytes }: Saved,
  file: string,
  at: number,
): Promise<void> {
  const id = file.replace(/\.mp4$/, '');
  const changed = { room_id, file, started_at: at - duration_ms, duration_ms, bytes, status: 'saved' as const };
  await db
    .insertInto('recordings')
    .values({ id, ...PRISTINE, ...changed })
    .onConflict((c) => c.column('id').doUpdateSet(changed))
    .execute();
}
