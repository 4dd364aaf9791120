import { expect, test } from 'vitest';
import { wantsOf } from '../../gateway/wants.ts';
import type { Call, Participant, RoomState } from '../../server/protocol/records.ts';
import { emptyRoom } from '../../server/room/state.ts';

const call = (id: string, status: Call['status'], direction: Call['direction'] = 'out'): Call => ({
  id,
  direction,
  address: `sip:${id}@10.0.0.1`,
  name: id,
  participantId: `sip-${id}`,
  status,
  startedAt: 0,
  changedAt: 0,
});
const room = (...calls: Call[]): RoomState => ({
  ...emptyRoom('room'),
  calls: Object.fromEntries(calls.map((c) => [c.id, c])),
});
const codec: Participant = {
  id: 'sip-a',
  role: 'site',
  kind: 'sip',
  name: 'a',
  presence: 'present',
  joinedAt: 0,
  presenceSince: 0,
  sources: [],
  gate: 'closed',
  muted: false,
};
const none = () => false;

test('a requested call is placed, once', () => {
  const state = room(call('a', 'requested'), call('b', 'ringing'));
  expect(wantsOf(state, none, false).place.map((c) => c.id)).toEqual(['a']);
  expect(wantsOf(state, () => true, false).place).toEqual([]);
});

test('a gateway that was killed calls its codecs back, those that had called in as well', () => {
  const state = room(call('a', 'answered'), call('b', 'answered', 'in'), call('c', 'ended'), call('d', 'failed'));
  expect(wantsOf(state, none, true).place.map((c) => c.id)).toEqual(['a', 'b']);
  expect(wantsOf(state, none, false).place).toEqual([]);
});

test('what the room has ended is hung up, and with the meeting everything', () => {
  const state = room(call('a', 'ended'), call('b', 'answered'));
  expect(wantsOf(state, () => true, false).hangUp).toEqual(['a']);
  expect(wantsOf({ ...state, status: 'ended' }, () => true, false).hangUp).toEqual(['a', 'b']);
});

test('a composition runs while a codec or a recording consumes it', () => {
  expect(wantsOf(room(), none, false).composition).toBe(false);
  expect(wantsOf({ ...room(), participants: { a: codec } }, none, false).composition).toBe(true);
  expect(wantsOf({ ...room(), participants: { a: { ...codec, presence: 'left' } } }, none, false).composition).toBe(
    false,
  );
  expect(
    wantsOf({ ...room(), recording: { status: 'stopping', id: 'r', startedAt: 0 } }, none, false).composition,
  ).toBe(true);
});

test('a recording is wanted from its start until it is to stop', () => {
  const recording = (status: 'starting' | 'running' | 'stopping') => ({
    status,
    id: 'r',
    startedAt: 0,
    requestedAt: 0,
  });
  expect(
    (['starting', 'running', 'stopping'] as const).map(
      (s) => wantsOf({ ...room(), recording: recording(s) }, none, false).recording,
    ),
  ).toEqual(['r', 'r', null]);
});
