import { expect, test } from 'vitest';
import type { Kind, Participant, Role, RoomState } from '../../../server/protocol/records.ts';
import { mayHear, maySee } from '../../../server/room/hearing.ts';
import { emptyRoom } from '../../../server/room/state.ts';

function participant(id: string, role: Role, kind: Kind, more: Partial<Participant> = {}): Participant {
  const sources: Participant['sources'] = [{ source: 'camera' }, { source: 'microphone' }];
  return {
    id,
    role,
    kind,
    name: id,
    presence: 'present',
    joinedAt: 0,
    presenceSince: 0,
    sources,
    gate: 'closed',
    muted: false,
    ...more,
  };
}

function room(...people: Participant[]): RoomState {
  return { ...emptyRoom('room'), participants: Object.fromEntries(people.map((p) => [p.id, p])) };
}

const composer = participant('composer', 'service', 'composer', {
  sources: [{ source: 'program' }, { source: 'mix' }],
});
const mic = (participantId: string) => ({ participantId, source: 'microphone' as const });

test('REG-10: a closed gate is heard by nobody, an open one by everyone but oneself', () => {
  const state = room(
    participant('op', 'operator', 'browser'),
    participant('a', 'site', 'browser', { gate: 'open' }),
    participant('b', 'site', 'browser'),
    composer,
  );
  expect(['op', 'a', 'b', 'composer'].filter((id) => mayHear(state, id, mic('a')))).toEqual(['op', 'b', 'composer']);
  expect(['op', 'a', 'b', 'composer'].filter((id) => mayHear(state, id, mic('b')))).toEqual([]);
});

test('REG-10: the sound of a shared screen passes the gate of whoever shares it', () => {
  const from = { participantId: 'a', source: 'screenAudio' as const };
  expect(mayHear(room(participant('a', 'site', 'browser'), participant('b', 'site', 'browser')), 'b', from)).toBe(
    false,
  );
  expect(
    mayHear(
      room(participant('a', 'site', 'browser', { gate: 'open' }), participant('b', 'site', 'browser')),
      'b',
      from,
    ),
  ).toBe(true);
});

test('a codec hears the mix until there is one without it, and is in the mix only then', () => {
  const mix = { participantId: 'composer', source: 'mix' as const };
  const minus = { participantId: 'composer', source: 'mixMinus' as const, for: 'codec' };
  const withMinus = participant('composer', 'service', 'composer', {
    sources: [...composer.sources, { source: 'mixMinus', for: 'codec' }],
  });
  const hears = (gate: Participant['gate'], mixer: Participant) => {
    const state = room(
      participant('codec', 'site', 'sip', { gate }),
      participant('other', 'site', 'sip', { gate: 'open' }),
      mixer,
    );
    expect(mayHear(state, 'other', minus)).toBe(false);
    expect(mayHear(state, 'codec', mic('other'))).toBe(false);
    return [mayHear(state, 'codec', mix), mayHear(state, 'codec', minus), mayHear(state, 'composer', mic('codec'))];
  };
  expect(hears('closed', composer)).toEqual([true, false, false]);
  expect(hears('open', composer)).toEqual([true, false, false]);
  expect(hears('open', withMinus)).toEqual([false, true, true]);
  // What it said last is still in the mix of all.
  expect(hears('closed', withMinus)).toEqual([false, true, false]);
});

test('a site sees what program shows and nothing else', () => {
  const people = [
    participant('a', 'site', 'browser'),
    participant('b', 'site', 'browser'),
    participant('c', 'site', 'browser'),
  ];
  const state: RoomState = {
    ...room(...people),
    program: { name: '1', slots: [{ show: 'participant', participantId: 'b' }] },
  };
  const camera = (participantId: string) => ({ participantId, source: 'camera' as const });
  expect(maySee(state, 'a', camera('b'))).toBe(true);
  expect(maySee(state, 'a', camera('c'))).toBe(false);
  expect(maySee(state, 'b', camera('b'))).toBe(false);
  const withOperator = room(...people, participant('op', 'operator', 'browser'), composer);
  expect(maySee(withOperator, 'op', camera('c'))).toBe(true);
  expect(maySee(withOperator, 'a', { participantId: 'composer', source: 'program' })).toBe(false);
});

test('a codec sees the composed pictures, a bridge none with itself in it, nobody his own presentation', () => {
  const presenting = { sources: [{ source: 'screen' as const }] };
  const people = [
    participant('codec', 'site', 'sip'),
    participant('bridge', 'site', 'sip', { bridge: true }),
    participant('presenter', 'site', 'sip', presenting),
    participant('recorder', 'service', 'recorder'),
    participant('site', 'site', 'browser'),
    composer,
  ];
  const auto = { show: 'auto' as const };
  const state: RoomState = { ...room(...people), program: { name: '2x2', slots: [auto, auto, auto, auto] } };
  const composed = [
    { source: 'program' as const },
    { source: 'program' as const, for: 'bridge' },
    { source: 'content' as const },
    { source: 'programWithContent' as const },
  ];
  const seenBy = (id: string) =>
    composed.filter((sent) => maySee(state, id, { participantId: 'composer', ...sent })).map((s) => s.for ?? s.source);
  expect(seenBy('codec')).toEqual(['program', 'content', 'programWithContent']);
  expect(seenBy('bridge')).toEqual(['bridge', 'content']);
  const elsewhere: RoomState = { ...state, program: { name: '1', slots: [{ show: 'empty' }] } };
  expect(maySee(elsewhere, 'bridge', { participantId: 'composer', source: 'program' })).toBe(true);
  expect(maySee(elsewhere, 'bridge', { participantId: 'composer', source: 'program', for: 'bridge' })).toBe(false);
  expect(seenBy('presenter')).toEqual(['program', 'programWithContent']);
  expect(seenBy('recorder')).toEqual(['program']);
  expect(seenBy('site')).toEqual([]);
  expect(maySee(state, 'codec', { participantId: 'site', source: 'program' })).toBe(false);
});

test('a codec may have the picture of before until its own is there, a bridge not, and nobody one of somebody else', () => {
  const grid = { name: '1' as const, slots: [{ show: 'auto' as const }] };
  const people = [participant('codec', 'site', 'sip'), participant('bridge', 'site', 'sip', { bridge: true })];
  const state: RoomState = { ...room(...people, composer), own: { codec: grid, bridge: grid } };
  const sees = (id: string, key?: string) =>
    maySee(state, id, { participantId: 'composer', source: 'program', ...(key ? { for: key } : {}) });
  expect([sees('codec'), sees('codec', 'codec'), sees('codec', 'bridge')]).toEqual([true, true, false]);
  expect([sees('codec', 'codecs'), sees('codec', 'program-0')]).toEqual([true, true]);
  expect(['codec', 'codecs', 'program-0', 'bridge'].filter((key) => sees('bridge', key))).toEqual(['bridge']);
  expect(sees('bridge')).toBe(false);
});

test('while the meeting is held a site sees nothing and a codec the slide; the centre goes on seeing the sites', () => {
  const presenting = { sources: [{ source: 'camera' as const }, { source: 'screen' as const }] };
  const state: RoomState = {
    ...room(
      participant('op', 'operator', 'browser'),
      participant('a', 'site', 'browser', presenting),
      participant('b', 'site', 'browser'),
      participant('codec', 'site', 'sip'),
      participant('recorder', 'service', 'recorder'),
      composer,
    ),
    own: { b: { name: '1', slots: [{ show: 'participant', participantId: 'a' }] } },
  };
  const held: RoomState = { ...state, hold: { kind: 'before', text: '', since: 0 } };
  const camera = { participantId: 'a', source: 'camera' as const };
  expect([maySee(state, 'b', camera), maySee(held, 'b', camera), maySee(held, 'op', camera)]).toEqual([
    true,
    false,
    true,
  ]);
  const [program, content] = (['program', 'content'] as const).map((source) => ({ participantId: 'composer', source }));
  if (!program || !content) throw new Error('no sources');
  expect([maySee(state, 'codec', content), maySee(held, 'codec', content)]).toEqual([true, false]);
  expect([maySee(held, 'codec', program), maySee(held, 'recorder', program)]).toEqual([true, true]);
  const shown = { ...program, tier: '360p15' };
  expect([maySee(held, 'codec', shown), maySee(held, 'codec', { ...shown, for: 'codecs' })]).toEqual([true, false]);
});

const running: Extract<RoomState['recording'], { status: 'running' }> = {
  ...{ status: 'running', id: 'r', startedAt: 0, warnings: [] },
  ...{ tracks: 'speakers', content: true },
};

test('recorders are given speakers and what is presented, where it was asked for, and nobody whose gate is closed', () => {
  const people = [
    participant('open', 'site', 'browser', { gate: 'open' }),
    participant('closed', 'site', 'browser'),
    participant('presenter', 'site', 'browser', { sources: [{ source: 'screen' }, { source: 'screenAudio' }] }),
    participant('recorder', 'service', 'recorder'),
    composer,
  ];
  const kept = (recording: RoomState['recording']) => {
    const state = { ...room(...people), recording };
    return people.flatMap(({ id: participantId, sources }) =>
      sources
        .filter(({ source }) => {
          const from = { participantId, source };
          return mayHear(state, 'recorder', from) || maySee(state, 'recorder', from);
        })
        .map(({ source }) => `${participantId}/${source}`),
    );
  };
  const program = ['composer/program', 'composer/mix'];
  expect(kept(running)).toEqual(['open/camera', 'open/microphone', 'presenter/screen', ...program]);
  expect(kept({ ...running, tracks: 'none' })).toEqual(['presenter/screen', ...program]);
  expect(kept({ ...running, content: false })).toEqual(['open/camera', 'open/microphone', ...program]);
  expect(kept({ status: 'off' })).toEqual(program);
});
