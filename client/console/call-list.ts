import type { Call, RoomState } from '../../server/protocol/records.ts';
import { isActive } from '../../server/room/calls.ts';

/** Calls that go on, the newest first, then those that failed or ended; of these only the last one to each address. */
export function callRows(room: RoomState, most: number): Call[] {
  const calls = Object.values(room.calls).sort((a, b) => b.startedAt - a.startedAt);
  const active = calls.filter(isActive);
  const called = new Set(active.map((call) => call.participantId));
  const over: Call[] = [];
  for (const call of calls) {
    if (called.has(call.participantId)) continue;
    called.add(call.participantId);
    over.push(call);
  }
  return [...active, ...over].slice(0, Math.max(most, active.length));
}

/** The call that a participant is in now. */
export function callOf(room: RoomState, callId: string | undefined): Call | undefined {
  const call = callId === undefined ? undefined : room.calls[callId];
  return call && isActive(call) ? call : undefined;
}
