import type { Command } from '../protocol/commands.ts';
import { eventSchema, type LoggedEvent } from '../protocol/events.ts';
import type { RoomState } from '../protocol/records.ts';
import type { Refusal } from '../protocol/refusals.ts';
import { decide } from './decide.ts';
import type { Inputs } from './decision.ts';
import { evolve } from './evolve.ts';
import type { Actor } from './policy.ts';
import type { SystemCommand } from './system-commands.ts';

/** One event with the room on either side of it. */
export interface Change {
  logged: LoggedEvent;
  before: RoomState;
  after: RoomState;
}

/** What one command leads to; pure. Throws where a rule fails: then nothing of it has happened. */
export function step(
  state: RoomState,
  command: Command | SystemCommand,
  actor: Actor,
  inputs: Inputs,
): { changes: Change[]; refusal?: Refusal } {
  const { events, refusal } = decide(state, command, actor, inputs);
  const by = actor === 'system' ? 'system' : actor.participantId;
  const changes: Change[] = [];
  let before = state;
  for (const event of events) {
    // What is stored must be readable after a crash, so it passes the very schema that will read it.
    const logged = { seq: before.seq + 1, at: inputs.now, by, event: eventSchema.parse(event) };
    const after = evolve(before, logged);
    changes.push({ logged, before, after });
    before = after;
  }
  return { changes, ...(refusal ? { refusal } : {}) };
}
