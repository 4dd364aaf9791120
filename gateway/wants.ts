import type { CallId, RecordingId } from '../server/protocol/ids.ts';
import type { Call, RoomState } from '../server/protocol/records.ts';
import { isActive } from '../server/room/calls.ts';

/** What a room wants of the gateway, read off its state. */
export interface Wants {
  /** The recording that should be running. */
  recording: RecordingId | null;
  place: Call[];
  hangUp: CallId[];
  /** Calls that came in, were never answered, and are nobody's any more: nobody calls back who was not let in (REG-12). */
  lost: CallId[];
}

/**
 * @param holds whether this process holds that call
 * @param isFirstLook the gateway has just (re)started: calls that the room believes in and nobody holds are placed
 *   again, at the address where the codec was last reached
 */
export function wantsOf(state: RoomState, holds: (id: CallId) => boolean, isFirstLook: boolean): Wants {
  const { recording } = state;
  const calls = Object.values(state.calls);
  const isOpen = state.status === 'open';
  const orphaned = (call: Call) => isFirstLook && isActive(call) && !holds(call.id);
  const unanswered = (call: Call) => call.direction === 'in' && call.status !== 'answered';
  const fresh = (call: Call) => call.status === 'requested' && !holds(call.id);
  return {
    recording: recording.status === 'starting' || recording.status === 'running' ? recording.id : null,
    place: isOpen ? calls.filter((call) => fresh(call) || (orphaned(call) && !unanswered(call))) : [],
    hangUp: calls.filter((call) => holds(call.id) && (!isOpen || !isActive(call))).map((call) => call.id),
    lost: calls.filter((call) => orphaned(call) && unanswered(call)).map((call) => call.id),
  };
}
