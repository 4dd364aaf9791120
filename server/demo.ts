import type { OpenRooms } from './open-rooms.ts';
import type { Command } from './protocol/commands.ts';
import { DEMO_ROOM_ID, DEMO_TITLE } from './protocol/demo.ts';
import type { RoomState } from './protocol/records.ts';
import type { Actor } from './room/policy.ts';
import { isPending } from './room/state.ts';

const STEP_MS = 3_000;
/** The simulated centre. Everything it does is in the log under this name. */
const CENTRE: Actor = { participantId: 'demo-centre', role: 'operator', kind: 'browser' };

/** The demonstration's meeting, and a simulated centre that drives it until a real operator sits down. */
export async function startDemo(rooms: OpenRooms): Promise<{ close(): void }> {
  const room = rooms.get(DEMO_ROOM_ID) ?? (await rooms.create(DEMO_TITLE, DEMO_ROOM_ID));
  const clock = setInterval(() => {
    const command = nextStep(room.state);
    if (command) void room.dispatch(command, CENTRE);
  }, STEP_MS);
  return { close: () => clearInterval(clock) };
}

/** One speech at a time: forward who asks, then grant. Pure. */
export function nextStep(state: RoomState): Command | null {
  const people = Object.values(state.participants);
  if (people.some((p) => p.role === 'operator' && p.presence === 'present')) return null;
  const waiting = state.requests.filter(isPending);
  const asked = waiting.find((r) => r.status === 'requested');
  if (asked) return { verb: 'forwardRequest', requestId: asked.id };
  if (people.some((p) => p.gate === 'open')) return null;
  const forwarded = waiting.find((r) => r.status === 'forwarded');
  return forwarded ? { verb: 'grantFloor', requestId: forwarded.id } : null;
}
