import type { RoomEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { RoomState, Time } from '../protocol/records.ts';
import { type Refusal, type RefusalCode, refuse } from '../protocol/refusals.ts';

/** Time and a fresh id for whatever the command creates: inputs, so that a decision can be repeated. */
export interface Inputs {
  now: Time;
  id: string;
}

/** A refusal may come with events: a refused attempt is itself a fact. */
export interface Decision {
  events: RoomEvent[];
  refusal?: Refusal;
}

/** One rule: `by` is the actor's participant id, or `system`. */
export type Rule<C> = (state: RoomState, command: C, by: ParticipantId | 'system', inputs: Inputs) => Decision;

export function accept(...events: RoomEvent[]): Decision {
  return { events };
}

export function reject(code: RefusalCode, detail?: string): Decision {
  return { events: [], refusal: refuse(code, detail) };
}
