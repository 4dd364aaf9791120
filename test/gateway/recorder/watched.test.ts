import { expect, test } from 'vitest';
import { hasTracks, isEmpty, isSpokenIn, tracksOf } from '../../../gateway/recorder/watched.ts';
import type { Participant, RoomState } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';

function participant(id: string, more: Partial<Participant> = {}): Participant {
  return {
    ...{ id, name: id, role: 'site', kind: 'browser', presence: 'present', joinedAt: 0, presenceSince: 0 },
    ...{ sources: [{ source: 'camera' }, { source: 'microphone' }], gate: 'closed', muted: false },
    ...more,
  };
}

function room(recording: RoomState['recording'], ...people: Participant[]): RoomState {
  return { ...emptyRoom('room'), recording, participants: Object.fromEntries(people.map((p) => [p.id, p])) };
}

const running: Extract<RoomState['recording'], { status: 'running' }> = {
  ...{ status: 'running', id: 'r', startedAt: 0, warnings: [] },
  ...{ tracks: 'speakers', content: true },
};
const people = [
  participant('speaker', { gate: 'open' }),
  participant('listener'),
  participant('voice', { gate: 'open', sources: [{ source: 'microphone' }] }),
  participant('presenter', { sources: [{ source: 'screen' }] }),
];

test('kept beside the program: speakers that have a picture, and what is presented, as it was asked for', () => {
  const kept = (recording: RoomState['recording']) =>
    tracksOf(room(recording, ...people)).map(({ from }) => `${from.participantId}/${from.source}`);
  expect(kept(running)).toEqual(['speaker/camera', 'presenter/screen']);
  expect(kept({ ...running, tracks: 'none' })).toEqual(['presenter/screen']);
  expect(kept({ ...running, content: false })).toEqual(['speaker/camera']);
  expect(kept({ status: 'off' })).toEqual([]);
  const asked = [running, { ...running, tracks: 'none' as const, content: false }, { status: 'off' as const }];
  expect(asked.map((recording) => hasTracks(room(recording)))).toEqual([true, false, false]);
});

test('somebody may be heard where a gate is open and the microphone is', () => {
  expect(isSpokenIn(room(running, ...people))).toBe(true);
  expect(isSpokenIn(room(running, participant('a', { gate: 'open', muted: true }), participant('b')))).toBe(false);
});

test('a room with nobody but the centre and its services is empty', () => {
  const centre = [participant('op', { role: 'operator' }), participant('composer', { role: 'service' })];
  expect(isEmpty(room(running, ...centre))).toBe(true);
  expect(isEmpty(room(running, ...centre, participant('a')))).toBe(false);
  expect(isEmpty(room(running, ...centre, participant('a', { presence: 'left' })))).toBe(true);
});
