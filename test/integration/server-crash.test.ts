import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from '../../server/protocol/commands.ts';
import type { LoggedEvent } from '../../server/protocol/events.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { evolve } from '../../server/room/evolve.ts';
import type { Actor } from '../../server/room/policy.ts';
import { emptyRoom } from '../../server/room/state.ts';
import type { SystemCommand } from '../../server/room/system-commands.ts';
import { Room } from '../../server/rooms.ts';
import type { EventLog } from '../../server/store/event-log.ts';
import { entrantOf, Listener, OPERATOR, openFixture } from '../server/room-parts.ts';

const ROOM = '600100';
type Site = Exclude<Actor, 'system'>;
const siteOf = (n: number): Site => ({ participantId: `site-${n}`, role: 'site', kind: 'browser' });
const site = fc.integer({ min: 1, max: 3 });

/** What the outside does: a command, all at once or one after the other. */
const step = fc.oneof(
  site.map((n) => ({ by: 'system' as const, command: { verb: 'admit', participant: entrantOf(siteOf(n)) } as const })),
  site.map((n) => ({ by: 'system' as const, command: { verb: 'lose', participantId: `site-${n}` } as const })),
  site.map((n) => ({ by: siteOf(n), command: { verb: 'requestFloor' } as const })),
  site.map((n) => ({ by: siteOf(n), command: { verb: 'openMicrophone', participantId: `site-${n}` } as const })),
  site.map((n) => ({ by: OPERATOR, command: { verb: 'openMicrophone', participantId: `site-${n}` } as const })),
  fc.constant({ by: OPERATOR, command: { verb: 'closeAllMicrophones' } as const }),
  site.map((n) => ({ by: OPERATOR, command: { verb: 'removeParticipant', participantId: `site-${n}` } as const })),
);
type Step = { by: Actor; command: Command | SystemCommand };
/** What happens to an append: stored, lost before it is stored, lost after it, or the process dies on either side. */
const fate = fc.constantFrom('stored', 'stored', 'stored', 'lost', 'unheard', 'diesBefore', 'diesAfter');

class DyingLog {
  dead = false;
  readonly #fates: string[];
  constructor(fates: string[]) {
    this.#fates = fates;
  }

  around(log: EventLog): EventLog {
    return { ...log, append: (batch) => this.#append(log, batch) };
  }

  async #append(log: EventLog, batch: Parameters<EventLog['append']>[0]): Promise<void> {
    if (this.dead) return new Promise(() => undefined);
    const fate = this.#fates.shift() ?? 'stored';
    if (fate === 'lost') throw new Error(fate);
    if (fate === 'diesBefore') this.dead = true;
    if (fate !== 'diesBefore') await log.append(batch);
    if (fate === 'diesAfter') this.dead = true;
    if (this.dead) return new Promise(() => undefined);
    if (fate === 'unheard') throw new Error(fate);
  }
}

function fold(events: LoggedEvent[]): RoomState {
  return events.reduce(evolve, emptyRoom(ROOM));
}

test('whenever the process dies, the rebuilt room holds all that anyone was told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), fc.array(fate, { maxLength: 8 }), live),
    { numRuns: 60 },
  );
}, 60_000);

async function live(steps: Step[], fates: string[]): Promise<void> {
  const fixture = await openFixture();
  try {
    const { log } = fixture.parts;
    await log.reserve(ROOM);
    const dying = new DyingLog(fates);
    const opened = await Room.open(ROOM, fixture.parts);
    await opened.dispatch({ verb: 'open', roomId: ROOM, title: 'Giao ban' }, 'system');
    await opened.close();

    const room = await Room.open(ROOM, { ...fixture.parts, log: dying.around(log) });
    const heard = new Listener(room);
    const acknowledged = await dispatchAll(room, steps);

    // The process is gone; what is on the disk is all there is.
    const stored = await log.read(ROOM);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
    for (const state of acknowledged) expect(fold(stored.slice(0, state.seq))).toEqual(state);
    for (const { logged, after } of heard.changes) {
      expect(stored[logged.seq - 1]).toEqual(logged);
      expect(fold(stored.slice(0, logged.seq))).toEqual(after);
    }
    const rebuilt = await Room.open(ROOM, fixture.parts);
    expect(rebuilt.state).toEqual(fold(stored));
    await rebuilt.close();
    await room.close();
  } finally {
    await fixture.close();
  }
}

/** Every other command without waiting for the one before. The room as it was at each acknowledgement. */
async function dispatchAll(room: Room, steps: Step[]): Promise<RoomState[]> {
  const acknowledged: RoomState[] = [];
  for (const [i, { by, command }] of steps.entries()) {
    const done = room.dispatch(command, by).then((answer) => {
      if (answer.ok) acknowledged.push(room.state);
    });
    if (i % 2 === 1) await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 5))]);
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  return acknowledged;
}
