import { expect, test } from 'vitest';
import { planComposition } from '../../../gateway/composer/plan.ts';
import type { Kind, Layout, Participant, RoomState } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const person = (id: string, kind: Kind, more: Partial<Participant> = {}): Participant => ({
  id,
  role: 'site',
  kind,
  name: id,
  presence: 'present',
  joinedAt: 0,
  presenceSince: 0,
  sources: [{ source: 'camera' }, { source: 'microphone' }],
  gate: 'closed',
  muted: false,
  ...more,
});
const room = (program: Layout, ...people: Participant[]): RoomState => ({
  ...emptyRoom('room'),
  program,
  participants: Object.fromEntries(people.map((p) => [p.id, p])),
});

test('it watches what its tiles show, each at the layer its tile needs', () => {
  const slots = [
    { show: 'participant' as const, participantId: 'a' },
    { show: 'participant' as const, participantId: 'b' },
  ];
  const state = room(
    { name: 'side-by-side', slots },
    person('a', 'browser'),
    person('b', 'sip'),
    person('c', 'browser'),
  );
  const { watch } = planComposition(state, 720);
  expect(watch.map((w) => [w.from.participantId, w.spatialLayer])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  const large = planComposition({ ...state, program: { name: '1', slots: slots.slice(0, 1) } }, 720);
  expect(large.watch.map((w) => [w.from.participantId, w.spatialLayer])).toEqual([['a', 2]]);
});

test('a tile without a picture is drawn and not watched', () => {
  const state = room(
    { name: '1', slots: [{ show: 'participant', participantId: 'a' }] },
    person('a', 'browser', { sources: [] }),
  );
  const plan = planComposition(state, 720);
  expect([plan.watch, plan.tiles.length, plan.tiles[0]?.label]).toEqual([[], 1, 'a']);
});

test('only codecs whose microphone is open get a mix without themselves', () => {
  const people = [person('a', 'sip', { gate: 'open' }), person('b', 'sip'), person('c', 'browser', { gate: 'open' })];
  expect(planComposition(room({ name: '1', slots: [{ show: 'speaker' }] }, ...people), 720).mixesMinus).toEqual(['a']);
});
