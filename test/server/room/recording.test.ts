import { expect, test } from 'vitest';
import type { Command } from '../../../server/protocol/commands.ts';
import { loggedEventSchema } from '../../../server/protocol/events.ts';
import type { RoomState } from '../../../server/protocol/records.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { emptyRoom } from '../../../server/room/state.ts';

/** The room after these commands of the system's, with the types of the events that each led to. */
function after(...commands: Command[]): { room: RoomState; events: string[][]; refused: (string | undefined)[] } {
  let room = emptyRoom('giao-ban');
  const refused: (string | undefined)[] = [];
  const events = commands.map((command, i) => {
    const inputs = { now: 1_000 * (i + 1), id: 'r1' };
    const decision = decide(room, command, 'system', inputs);
    refused.push(decision.refusal?.code);
    return decision.events.map((event) => {
      room = evolve(room, loggedEventSchema.parse({ seq: room.seq + 1, at: inputs.now, by: 'system', event }));
      return event.type;
    });
  });
  return { room, events, refused };
}
const report = (status: 'running' | 'warned', warnings?: ('silent' | 'diskLow')[]): Command => ({
  ...{ verb: 'reportRecording', recordingId: 'r1', status },
  ...(warnings ? { warnings } : {}),
});

test('a warning keeps the time at which it began, and is told once', () => {
  const { room, events } = after(
    { verb: 'startRecording', tracks: 'speakers' },
    report('running'),
    report('warned', ['silent']),
    report('warned', ['silent', 'silent']),
    report('warned', ['diskLow', 'silent']),
  );
  expect(events.map((e) => e.length)).toEqual([1, 1, 1, 0, 1]);
  expect(room.recording).toEqual({
    ...{ status: 'running', id: 'r1', startedAt: 2_000, tracks: 'speakers', content: false },
    warnings: [
      { warning: 'diskLow', since: 5_000 },
      { warning: 'silent', since: 3_000 },
    ],
  });
  expect(
    after({ verb: 'startRecording' }, report('warned', ['silent']), report('warned', [])).room.recording,
  ).toMatchObject({
    warnings: [],
  });
});

test('another part of the same recording changes nothing about when it began', () => {
  const { room, events } = after({ verb: 'startRecording' }, report('running'), report('running'));
  expect(events).toEqual([['recordingRequested'], ['recordingStarted'], []]);
  expect(room.recording).toMatchObject({ startedAt: 2_000 });
});

test('a warning without its list, or of a recording that is none, is refused', () => {
  expect(after({ verb: 'startRecording' }, report('warned')).refused).toEqual([undefined, 'malformed']);
  expect(after(report('warned', [])).refused).toEqual(['recordingUnknown']);
});
