import { expect, test } from 'vitest';
import { agendaOf } from '../../../client/chair/agenda.ts';
import type { FloorRequest, Participant, RoomState } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const person = (id: string, more: Partial<Participant> = {}): Participant => ({
  id,
  role: 'site',
  kind: 'browser',
  name: id,
  presence: 'present',
  joinedAt: 0,
  presenceSince: 0,
  sources: [],
  gate: 'closed',
  muted: false,
  ...more,
});
const request = (id: string, status: FloorRequest['status'], finishedAt?: number): FloorRequest => ({
  id,
  participantId: id,
  name: id,
  status,
  requestedAt: 1,
  forwardedAt: 2,
  ...(finishedAt === undefined ? {} : { finishedAt }),
});
const room = (people: Participant[], requests: FloorRequest[] = []): RoomState => ({
  ...emptyRoom('room'),
  participants: Object.fromEntries(people.map((p) => [p.id, p])),
  requests,
});

test('who is heard, the chair last; who has left is not heard', () => {
  const people = [
    person('chair', { gate: 'open' }),
    person('a', { gate: 'open', joinedAt: 5 }),
    person('b', { presence: 'left', gate: 'open' }),
  ];
  expect(agendaOf(room(people), 'chair').speaking.map((p) => p.id)).toEqual(['a', 'chair']);
});

test('only what was forwarded waits; a site that has lost its connection is marked', () => {
  const requests = [request('a', 'forwarded'), request('b', 'forwarded'), request('c', 'speaking')];
  const { waiting } = agendaOf(room([person('a'), person('b', { presence: 'away' })], requests), 'chair');
  expect(waiting.map((w) => [w.request.id, w.away])).toEqual([
    ['a', false],
    ['b', true],
  ]);
});

test('the last decisions come first', () => {
  const requests = [request('a', 'finished', 10), request('b', 'declined', 20), request('c', 'withdrawn', 30)];
  expect(agendaOf(room([], requests), 'chair').decided.map((r) => r.id)).toEqual(['b', 'a']);
});

test('who has spoken longest comes first, before whom the operator let speak without a request', () => {
  const people = [
    person('unasked', { gate: 'open', joinedAt: 1 }),
    person('later', { gate: 'open', joinedAt: 2 }),
    person('sooner', { gate: 'open', joinedAt: 3 }),
  ];
  const requests = [
    { ...request('later', 'speaking'), speakingAt: 9 },
    { ...request('sooner', 'speaking'), speakingAt: 5 },
  ];
  expect(agendaOf(room(people, requests), 'chair').speaking.map((p) => p.id)).toEqual(['sooner', 'later', 'unasked']);
});
