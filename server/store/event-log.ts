import type { Transaction } from 'kysely';
import type { AuditEntry } from '../protocol/audit.ts';
import { type EventType, type LoggedEvent, loggedEventSchema } from '../protocol/events.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Notice } from '../protocol/notices.ts';
import { appendAudit } from './audit.ts';
import { insertNotices } from './notices.ts';
import { projectRecording } from './recording-rows.ts';
import type { Database, Schema } from './schema.ts';

/** A room as the tables list it, without folding its log. */
export interface StoredRoom {
  roomId: RoomId;
  title: string;
  status: 'open' | 'ended';
  openedAt: number;
  endedAt?: number;
  /** Number of the last stored event. */
  seq: number;
}

/** What one drained outbox writes, in one transaction. */
export interface Batch {
  roomId: RoomId;
  /** Of the claim under which the room is held. */
  epoch: number;
  /** Number of the last event stored before this batch. */
  expectedSeq: number;
  /** Numbered from `expectedSeq + 1` without a gap. */
  events: readonly LoggedEvent[];
  /** Of what was done at the desk; with the events or not at all. */
  notes?: readonly AuditEntry[];
  /** What programs are told of it. */
  notices?: readonly Notice[];
}

/** Another owner, or another number than expected: nothing of the batch was stored. */
export class AppendConflict extends Error {
  readonly reason: 'epoch' | 'seq';
  constructor(roomId: RoomId, reason: 'epoch' | 'seq') {
    super(`room ${roomId}: ${reason} is another by now`);
    this.name = 'AppendConflict';
    this.reason = reason;
  }
}

/** The journal of every room: crash recovery, audit trail and minutes in one. */
export interface EventLog {
  /** Makes the room known; false when one of this id has been opened before. */
  reserve(roomId: RoomId): Promise<boolean>;
  /** Takes the room over: from now on only this epoch may append. */
  claim(roomId: RoomId): Promise<number>;
  /** All or nothing. Throws `AppendConflict`. */
  append(batch: Batch): Promise<void>;
  /** In order, from the first. @param types of events; absent: all */
  read(roomId: RoomId, types?: readonly EventType[]): Promise<LoggedEvent[]>;
  /** Every room that was ever opened, newest first. */
  rooms(): Promise<StoredRoom[]>;
}

export function openEventLog(db: Database): EventLog {
  return {
    reserve: (roomId) => reserve(db, roomId),
    claim: (roomId) => claim(db, roomId),
    append: (batch) => db.transaction().execute((transaction) => append(transaction, batch)),
    read: (roomId, types) => read(db, roomId, types),
    rooms: () => rooms(db),
  };
}

async function reserve(db: Database, roomId: RoomId): Promise<boolean> {
  const room = { id: roomId, title: roomId, status: 'open' as const, epoch: 0, seq: 0, opened_at: 0, ended_at: null };
  await db
    .insertInto('rooms')
    .values(room)
    .onConflict((c) => c.column('id').doNothing())
    .execute();
  const stored = await db.selectFrom('rooms').select('seq').where('id', '=', roomId).executeTakeFirst();
  return stored?.seq === 0;
}

async function claim(db: Database, roomId: RoomId): Promise<number> {
  const claimed = await db
    .updateTable('rooms')
    .set((e) => ({ epoch: e('epoch', '+', 1) }))
    .where('id', '=', roomId)
    .returning('epoch')
    .executeTakeFirstOrThrow();
  return claimed.epoch;
}

async function append(db: Transaction<Schema>, batch: Batch): Promise<void> {
  const { roomId, epoch, expectedSeq, events, notes = [], notices = [] } = batch;
  const last = events.at(-1);
  if (!last) return;
  // One statement compares and sets, so that two writers cannot both find the number they expect.
  const moved = await db
    .updateTable('rooms')
    .set({ seq: last.seq })
    .where('id', '=', roomId)
    .where('epoch', '=', epoch)
    .where('seq', '=', expectedSeq)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n) {
    const stored = await db.selectFrom('rooms').select('epoch').where('id', '=', roomId).executeTakeFirst();
    throw new AppendConflict(roomId, stored?.epoch === epoch ? 'seq' : 'epoch');
  }
  for (const logged of events) {
    const { seq, at, by, event } = logged;
    await db
      .insertInto('events')
      .values({ room_id: roomId, seq, at, by, type: event.type, json: JSON.stringify(event) })
      .execute();
    await project(db, roomId, logged);
  }
  for (const note of notes) await appendAudit(db, note);
  await insertNotices(db, notices);
}

/** What lists need without folding a log; written with the event, so the two cannot disagree. */
async function project(db: Transaction<Schema>, roomId: RoomId, { event, at }: LoggedEvent): Promise<void> {
  const room = db.updateTable('rooms').where('id', '=', roomId);
  if (event.type === 'meetingOpened') await room.set({ title: event.title, opened_at: at }).execute();
  if (event.type === 'meetingEnded') await room.set({ status: 'ended', ended_at: at }).execute();
  if (event.type.startsWith('recording')) await projectRecording(db, roomId, { event, at });
}

async function read(db: Database, roomId: RoomId, types?: readonly EventType[]): Promise<LoggedEvent[]> {
  const all = db.selectFrom('events').selectAll().where('room_id', '=', roomId).orderBy('seq');
  const rows = await (types ? all.where('type', 'in', types) : all).execute();
  return rows.map(({ seq, at, by, json }) => loggedEventSchema.parse({ seq, at, by, event: JSON.parse(json) }));
}

async function rooms(db: Database): Promise<StoredRoom[]> {
  const rows = await db.selectFrom('rooms').selectAll().where('seq', '>', 0).orderBy('opened_at', 'desc').execute();
  return rows.map((row) => ({
    roomId: row.id,
    title: row.title,
    status: row.status,
    openedAt: row.opened_at,
    seq: row.seq,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  }));
}
