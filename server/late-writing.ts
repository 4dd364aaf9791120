import { randomBytes } from 'node:crypto';
import type { AuditEntry } from './protocol/audit.ts';
import type { RoomId } from './protocol/ids.ts';
import { Refused } from './protocol/refusals.ts';
import { evolve } from './room/evolve.ts';
import { emptyRoom } from './room/state.ts';
import { step } from './room/step.ts';
import type { SystemCommand } from './room/system-commands.ts';
import { AppendConflict, type EventLog } from './store/event-log.ts';

/**
 * Lets one command follow on a meeting that is over, by the same rules and into the same log. No media, nobody to tell: whoever
 * reads the log afterwards reads it. Throws `Refused`: `roomUnknown`, `retry` where the room is somebody else's, or what the
 * rules refuse.
 */
export async function writeLate(
  { log, now }: { log: EventLog; now: () => number },
  roomId: RoomId,
  command: SystemCommand,
  note?: AuditEntry,
): Promise<void> {
  const stored = (await log.rooms()).find((room) => room.roomId === roomId);
  if (stored?.status !== 'ended') throw new Refused(stored ? 'retry' : 'roomUnknown', roomId);
  const epoch = await log.claim(roomId);
  const state = (await log.read(roomId)).reduce(evolve, emptyRoom(roomId));
  const inputs = { now: now(), id: randomBytes(9).toString('base64url') };
  const { changes, refusal } = step(state, command, 'system', inputs);
  if (refusal) throw new Refused(refusal.code, refusal.detail);
  if (changes.length === 0) return;
  const events = changes.map(({ logged }) => logged);
  const batch = { roomId, epoch, expectedSeq: state.seq, events, ...(note ? { notes: [note] } : {}) };
  await log.append(batch).catch((error: unknown) => {
    throw error instanceof AppendConflict ? new Refused('retry', roomId) : error;
  });
}
