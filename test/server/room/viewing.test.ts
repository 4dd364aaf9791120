import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Kind, Layout, Participant, RoomState, Slot } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import { viewState } from '../../../server/room/view.ts';
import { layoutFor, pictureKeyFor, sentPictureOf, tilesFor } from '../../../server/room/viewing.ts';
import { layouts, steps, stories } from './arbitrary.ts';

/** A room as it came to be, and with more pictures than stories come to. */
function variants(state: RoomState, a: Layout, b: Layout): RoomState[] {
  const speaking = { ...state, speaker: 'pac-nam', program: a };
  return [state, { ...speaking, own: {} }, { ...speaking, own: { codecs: b, 'site-bo': a, 'ba-be': b } }];
}

test('equal keys are equal pictures, and everyone can name his own', () => {
  let others = 0;
  fc.assert(
    fc.property(stories, layouts, layouts, (story, a, b) => {
      const some = steps(story).filter((_, i) => i % 6 === 5);
      for (const state of some.flatMap(({ after }) => variants(after, a, b))) {
        const ids = Object.keys(state.participants);
        const seen = ids.map((id) => ({ key: pictureKeyFor(state, id), tiles: tilesFor(state, id) }));
        const byKey = new Map(seen.map(({ key, tiles }) => [key, tiles]));
        expect(seen.map(({ tiles }) => tiles)).toEqual(seen.map(({ key }) => byKey.get(key)));
        expect(seen.map(({ key }) => sentPictureOf(key).for ?? 'program')).toEqual(seen.map(({ key }) => key));
        others += seen.filter(({ key }) => /-\d$/.test(key)).length;
        // A leg knows its picture by what it may see of the room.
        const views = ids.map((id) => ({ id, view: viewState(state, id) }));
        expect(views.map(({ id, view }) => ({ key: pictureKeyFor(view, id), tiles: tilesFor(view, id) }))).toEqual(
          seen,
        );
      }
    }),
    { numRuns: 40 },
  );
  expect(others).toBeGreaterThan(0);
});

const person = (id: string, kind: Kind, joinedAt: number, more: Partial<Participant> = {}): Participant => ({
  ...{ id, kind, name: id, joinedAt, presenceSince: joinedAt, role: 'site', presence: 'present' },
  sources: [{ source: 'camera' }],
  gate: 'closed',
  muted: false,
  ...more,
});
const people = [person('a', 'sip', 1), person('b', 'sip', 2), person('site', 'browser', 3)];
const speakerLarge: Slot[] = [{ show: 'speaker' }, { show: 'auto' }];
const room: RoomState = {
  ...emptyRoom('room'),
  participants: Object.fromEntries(people.map((p) => [p.id, p])),
  program: { name: 'pip', slots: speakerLarge },
};
const shown = (state: RoomState, id: string) => tilesFor(state, id).map((t) => t.participantId);
const keys = (state: RoomState) => ['a', 'b', 'site', 'recorder'].map((id) => pictureKeyFor(state, id));

test('a codec that speaks sees the next in its place; who speaks after it takes over its picture', () => {
  const speaking = (speaker: string): RoomState => ({ ...room, speaker });
  expect(keys(speaking('a'))).toEqual(['program-0', 'program', 'program', 'program']);
  expect([shown(speaking('a'), 'a'), shown(speaking('a'), 'b')]).toEqual([
    ['b', 'a'],
    ['a', 'b'],
  ]);
  expect(keys(speaking('b'))).toEqual(['program', 'program-0', 'program', 'program']);
  expect(keys(speaking('site'))).toEqual(['program', 'program', 'program', 'program']);
});

test('an own picture goes before the codecs’, those before the program, and costs nothing while it is the same', () => {
  const grid = { name: '2x2' as const, slots: [0, 1, 2, 3].map(() => ({ show: 'auto' as const })) };
  const state: RoomState = { ...room, own: { codecs: grid, a: room.program, site: grid }, speaker: 'b' };
  expect(['a', 'b', 'site'].map((id) => layoutFor(state, id))).toEqual([room.program, grid, grid]);
  expect(keys(state)).toEqual(['program', 'codecs', 'site', 'program']);
  expect(keys({ ...state, own: { codecs: structuredClone(room.program) } })[1]).toBe('program-0');
  expect(keys({ ...state, own: { codecs: grid, a: structuredClone(grid) } })[0]).toBe('codecs');
});

test('while the meeting is held everyone’s picture is empty, and keeps its name', () => {
  const held: RoomState = { ...room, speaker: 'a', hold: { kind: 'break', text: '', since: 0 } };
  expect(shown(held, 'site')).toEqual([]);
  expect(keys(held)).toEqual(keys({ ...held, hold: null }));
});
