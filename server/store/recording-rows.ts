import type { Transaction } from 'kysely';
import type { LoggedEvent, RoomEvent } from '../protocol/events.ts';
import type { RoomId } from '../protocol/ids.ts';
import { recordingWarningsSchema } from '../protocol/recording.ts';
import type { Schema } from './schema.ts';

type Warned = Extract<RoomEvent, { type: 'recordingWarned' }>;
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
    case 'recordingWarned':
      return warn(db, event);
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

/** All that was ever wrong with it, in the order of its coming. */
async function warn(db: Transaction<Schema>, { recordingId, warnings }: Warned): Promise<void> {
  const recording = db.selectFrom('recordings').select('warnings').where('id', '=', recordingId);
  const known = recordingWarningsSchema.parse(JSON.parse((await recording.executeTakeFirst())?.warnings ?? '[]'));
  const all = JSON.stringify([...new Set([...known, ...warnings])]);
  await db.updateTable('recordings').set({ warnings: all }).where('id', '=', recordingId).execute();
}

/** What is known only after the stop. */
const UNSEEN = { cared: 0, gap_count: 0, gap_ms: 0, inspected: 0, encrypted: null, copied_at: null } as const;
const PRISTINE = {
  ...{ note: '', access: null, keep_decided: 0, keep_until: null, held: 0, warnings: '[]', away: 0 },
  ...UNSEEN,
} as const;

async function saveParts(db: Transaction<Schema>, roomId: RoomId, event: Saved, at: number): Promise<void> {
  const { recordingId: id, durationMs: duration_ms, bytes } = event;
  const changed = {
    duration_ms,
    bytes,
    ...UNSEEN,
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
