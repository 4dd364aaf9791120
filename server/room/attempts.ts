import type { RoomEvent } from '../protocol/events.ts';
import type { Attempt, RoomState } from '../protocol/records.ts';

/** The same attempt is put on record once in this many milliseconds, so that nobody floods the log. */
const INTERVAL_MS = 10_000;
/** From strangers, whose names cost nothing, so many in all. */
const STRANGERS_IN_INTERVAL = 20;

/** What goes on record of a refused attempt (REG-10, REG-12): nothing where it has just been recorded. */
export function attemptEvents(state: RoomState, attempt: Attempt): RoomEvent[] {
  const isRepeated = recent(state, attempt).some((a) => a.by === attempt.by);
  return isRepeated ? [] : [{ type: 'attemptRefused', attempt }];
}

/** As `attemptEvents`, for someone who is in no room and may call himself anything. */
export function strangerEvents(state: RoomState, attempt: Attempt): RoomEvent[] {
  return recent(state, attempt).length < STRANGERS_IN_INTERVAL ? attemptEvents(state, attempt) : [];
}

/** On either side of now: a clock that is set back hides nothing. */
function recent({ attempts }: RoomState, { verb, at }: Attempt): Attempt[] {
  return attempts.filter((a) => a.verb === verb && Math.abs(at - a.at) < INTERVAL_MS);
}
