import { expect, test } from 'vitest';
import { isMixWanted, mixesMinusOf, picturesOf, superfluousMixes, watchedBy } from '../../../gateway/composer/plan.ts';
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

const ONE: Layout = { name: '1', slots: [{ show: 'empty' }] };
const codec = (id: string, content: 'separate' | 'inside' | 'none', more: Partial<Participant> = {}) =>
  person(id, 'sip', {
    endpoint: { encrypted: false, content, cameraControl: false, video: true },
    ...more,
  });
const published = (state: RoomState) => picturesOf(state).map(({ sent }) => sent);

test('it watches what its tiles show, each at the layer its tile needs', () => {
  const slots = [
    { show: 'participant' as const, participantId: 'a' },
    { show: 'participant' as const, participantId: 'b' },
  ];
  const people = [person('a', 'browser'), person('b', 'sip'), person('c', 'browser')];
  const watched = (program: Layout) => {
    const [picture] = picturesOf(room(program, ...people));
    return watchedBy(picture?.tiles ?? [], 720).map((w) => [w.from.participantId, w.spatialLayer]);
  };
  expect(watched({ name: 'side-by-side', slots })).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  expect(watched({ name: '1', slots: slots.slice(0, 1) })).toEqual([['a', 2]]);
});

test('a tile without a picture is drawn and not watched', () => {
  const layout: Layout = { name: '1', slots: [{ show: 'participant', participantId: 'a' }] };
  const [picture] = picturesOf(room(layout, codec('a', 'none', { sources: [] })));
  expect(watchedBy(picture?.tiles ?? [], 720)).toEqual([]);
  expect(picture?.tiles.map((tile) => tile.label)).toEqual(['a']);
});

test('only codecs whose microphone is open get a mix without themselves', () => {
  const people = [person('a', 'sip', { gate: 'open' }), person('b', 'sip'), person('c', 'browser', { gate: 'open' })];
  expect(mixesMinusOf(room(ONE, ...people))).toEqual(['a']);
});

test('of the mixes that nobody hears now the last four stay', () => {
  const held = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(superfluousMixes(held, ['a', 'g'])).toEqual(['b']);
  expect(superfluousMixes(held, held)).toEqual([]);
  expect(superfluousMixes(held.slice(0, 4), [])).toEqual([]);
});

test('a picture is drawn while a codec or a recording consumes it, and for telephones there are mixes alone', () => {
  expect(published(room(ONE, person('a', 'browser')))).toEqual([]);
  expect(published(room(ONE, person('a', 'sip')))).toEqual([{ source: 'program' }]);
  expect(published(room(ONE, person('a', 'sip', { presence: 'left' })))).toEqual([]);
  const recording = { status: 'stopping' as const, id: 'r', startedAt: 0 } as RoomState['recording'];
  const recorded: RoomState = { ...room(ONE), status: 'ended', recording };
  expect(published(recorded)).toEqual([{ source: 'program' }]);
  const endpoint = { encrypted: false, content: 'none' as const, cameraControl: false, video: false };
  const telephone = room(ONE, person('a', 'sip', { endpoint }));
  expect(published(telephone)).toEqual([]);
  expect([recorded, telephone, room(ONE)].map(isMixWanted)).toEqual([true, true, false]);
});

const SPEAKER: Layout = { name: 'pip', slots: [{ show: 'speaker' }, { show: 'auto' }] };
const composers = (state: RoomState) => picturesOf(state).map(({ composerId }) => composerId);

test('codecs that speak in turn pass one composition on, and the program stays with its own', () => {
  const state = room(SPEAKER, codec('a', 'none'), codec('b', 'none'), person('site', 'browser'));
  const [program, spare] = ['composer', 'composer-for-program-0'];
  expect(composers(state)).toEqual([program, spare]); // until somebody speaks the first is large
  const by = (speaker: string) => picturesOf({ ...state, speaker });
  expect([by('a'), by('b')].map((plans) => plans.map(({ composerId }) => composerId))).toEqual([
    [program, spare],
    [program, spare],
  ]);
  const large = (speaker: string) => by(speaker).map(({ tiles }) => tiles[0]?.participantId);
  expect(large('a')).toEqual(['a', 'b']);
  expect(large('b')).toEqual(['b', 'a']);
  expect(by('b').map(({ isPassing }) => isPassing)).toEqual([false, true]);
  expect(composers({ ...state, speaker: 'site' })).toEqual([program]);
});

test('an own picture costs a composition only while it differs', () => {
  const state = room(ONE, codec('a', 'none'), codec('b', 'none'));
  const grid: Layout = { name: '2x2', slots: [0, 1, 2, 3].map(() => ({ show: 'auto' })) };
  expect(composers({ ...state, own: { a: grid } })).toEqual(['composer', 'composer-for-a']);
  expect(composers({ ...state, own: { a: structuredClone(ONE) } })).toEqual(['composer']);
  expect(composers({ ...state, own: { codecs: grid, a: grid } })).toEqual(['composer', 'composer-for-codecs']);
  expect(picturesOf({ ...state, own: { a: grid } }).map(({ isPassing }) => isPassing)).toEqual([false, false]);
});

test('while the meeting is held every picture is the slide, and the compositions stand', () => {
  const presenter = person('p', 'browser', { sources: [{ source: 'screen' }, { source: 'camera' }] });
  const state = room(SPEAKER, presenter, codec('a', 'inside'), codec('b', 'separate'));
  const held = picturesOf({ ...state, hold: { kind: 'break', text: '', since: 0 } });
  expect(held.map(({ composerId, tiles }) => [composerId, tiles])).toEqual([
    ['composer', []],
    ['composer-for-program-0', []],
  ]);
});

test('what is presented is composed once for second screens, and inside the program where there are none', () => {
  const presenter = person('p', 'browser', { sources: [{ source: 'screen' }] });
  const program = { source: 'program' as const };
  expect(published(room(ONE, presenter, codec('a', 'none')))).toEqual([program]);
  expect(published(room(ONE, presenter, codec('a', 'separate'), codec('b', 'separate')))).toEqual([
    program,
    { source: 'content' },
  ]);
  expect(published(room(ONE, presenter, codec('a', 'inside')))).toEqual([program, { source: 'programWithContent' }]);
  const shown: Layout = { name: 'content+speaker', slots: [{ show: 'content' }, { show: 'speaker' }] };
  expect(published(room(shown, presenter, codec('a', 'inside')))).toEqual([program]);
});

test('a codec that presents needs no copy of its own slides', () => {
  const presenter = codec('p', 'separate', { sources: [{ source: 'camera' }, { source: 'screen' }] });
  expect(published(room(ONE, presenter))).toEqual([{ source: 'program' }]);
  expect(published(room(ONE, presenter, codec('a', 'separate')))).toEqual([
    { source: 'program' },
    { source: 'content' },
  ]);
});

test('a bridge gets a picture without itself, only while the program shows it (REG-19)', () => {
  const people = [person('upper', 'sip', { bridge: true }), person('a', 'browser')];
  const shows = (...ids: string[]): Layout => ({
    name: 'side-by-side',
    slots: [0, 1].map((at) => {
      const participantId = ids[at];
      return participantId ? { show: 'participant', participantId } : { show: 'empty' };
    }),
  });
  const without = picturesOf(room(shows('upper', 'a'), ...people)).find(({ sent }) => sent.for === 'upper');
  expect(without?.composerId).toBe('composer-for-upper');
  expect(without?.tiles.map((tile) => tile.participantId)).not.toContain('upper');
  expect(published(room(shows('a'), ...people))).toEqual([{ source: 'program' }]);
});
