import type { LeaveReason, RoomEvent } from '../protocol/events.ts';
import type { RoomState, Time } from '../protocol/records.ts';
import { stilledCameras } from './cameras.ts';
import { closedEvents, silencedEvents } from './floor.ts';
import { pendingRequest } from './state.ts';

/** Everything that ends with a participant's leaving, in the order in which it ends. */
export function leaving(state: RoomState, participantId: string, reason: LeaveReason, now: Time): RoomEvent[] {
  const events = [...closedEvents(state, participantId, 'left', now), ...silencedEvents(state, participantId)];
  const waiting = pendingRequest(state, participantId);
  if (waiting && waiting.status !== 'speaking') {
    events.push({ type: 'requestWithdrawn', request: { ...waiting, status: 'withdrawn', finishedAt: now } });
  }
  events.push(...stilledCameras(state, participantId), { type: 'participantLeft', participantId, reason });
  return events;
}
