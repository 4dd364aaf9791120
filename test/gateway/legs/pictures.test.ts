import { expect, test } from 'vitest';
import { isSamePicture, mainPictures, secondPicture } from '../../../gateway/legs/pictures.ts';
import type { Kind, Layout, Participant, RoomState } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const person = (id: string, kind: Kind, more: Partial<Participant> = {}): Participant => ({
  ...{ id, role: 'site', kind, name: id, presence: 'present', joinedAt: 0, presenceSince: 0 },
  sources: [{ source: 'camera' }],
  gate: 'closed',
  muted: false,
  ...more,
});
const endpoint = { encrypted: false, content: 'inside', cameraControl: false, video: true } as const;
const codec = (id: string, more: Partial<Participant> = {}) => person(id, 'sip', { endpoint, ...more });
const room = (program: Layout, ...people: Participant[]): RoomState => ({
  ...emptyRoom('room'),
  program,
  participants: Object.fromEntries(people.map((p) => [p.id, p])),
});
const speaker: Layout = { name: 'pip', slots: [{ show: 'speaker' }, { show: 'auto' }] };
const seen = (state: RoomState, id: string) => mainPictures(state, id, 'inside').map((from) => from.participantId);

test('a codec that speaks has a picture of its own, and everyone’s until it is there', () => {
  const state = { ...room(speaker, codec('a'), codec('b')), speaker: 'a' };
  expect(seen(state, 'a')).toEqual(['composer-for-program-0', 'composer']);
  expect(seen(state, 'b')).toEqual(['composer']);
  expect(seen(state, 'nobody')).toEqual([]);
});

test('a bridge never gets a picture that it is in', () => {
  const both: Layout = { name: 'side-by-side', slots: [{ show: 'auto' }, { show: 'auto' }] };
  expect(seen(room(both, codec('upper', { bridge: true }), codec('b')), 'upper')).toEqual(['composer-for-upper']);
});

test('slides go before everything where there is no second screen, unless they are in the picture anyway', () => {
  const presenter = person('p', 'browser', { sources: [{ source: 'screen' }] });
  expect(seen(room(speaker, codec('a'), presenter), 'a')[0]).toBe('composer-inside');
  expect(
    seen({ ...room(speaker, codec('a'), presenter), hold: { kind: 'break', text: '', since: 0 } }, 'a'),
  ).not.toContain('composer-inside');
  const shown: Layout = { name: 'content+speaker', slots: [{ show: 'content' }, { show: 'speaker' }] };
  expect(seen(room(shown, codec('a'), presenter), 'a')).not.toContain('composer-inside');
  expect([secondPicture('inside'), secondPicture('separate')?.participantId]).toEqual([undefined, 'composer-content']);
});

test('a picture is the same in every tier', () => {
  const [one] = mainPictures(room(speaker, codec('a')), 'b', 'none');
  const program = { participantId: 'composer', source: 'program' as const };
  expect(one).toBeUndefined();
  expect(isSamePicture({ ...program, tier: '720p30' }, { ...program, tier: '360p15' })).toBe(true);
  expect(isSamePicture(program, { ...program, for: 'codecs' })).toBe(false);
});
