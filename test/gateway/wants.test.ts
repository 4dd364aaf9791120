import { expect, test } from 'vitest';
import { wantsOf } from '../../gateway/wants.ts';
import type { Call, RoomState } from '../../server/protocol/records.ts';
import { emptyRoom } from '../../server/room/state.ts';

const call = (id: string, status: Call['status'], direction: Call['direction'] = 'out'): Call => ({
  id,
  direction,
  address: `sip:${id}@10.0.0.1`,
  name: id,
  participantId: `sip-${id}`,
  status,
  attempt: 1,
  redial: false,
  startedAt: 0,
  changedAt: 0,
});
const room = (...calls: Call[]): RoomState => ({
  ...emptyRoom('room'),
  calls: Object.fromEntries(calls.map((c) => [c.id, c])),
});
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

test('who called in and was never answered is not called back (REG-12)', () => {
  const state = room(call('a', 'trying', 'in'), call('b', 'answered', 'in'), call('c', 'trying'));
  const { place, lost } = wantsOf(state, none, true);
  expect([place.map((c) => c.id), lost]).toEqual([['b', 'c'], ['a']]);
  expect(wantsOf(state, none, false).lost).toEqual([]);
});

test('what the room has ended is hung up, and with the meeting everything', () => {
  const state = room(call('a', 'ended'), call('b', 'answered'));
  expect(wantsOf(state, () => true, false).hangUp).toEqual(['a']);
  expect(wantsOf({ ...state, status: 'ended' }, () => true, false).hangUp).toEqual(['a', 'b']);
});

test('a recording is wanted from its start until it is to stop', () => {
  const recording = (status: 'starting' | 'running' | 'stopping') => ({
    status,
    id: 'r',
    tracks: 'none' as const,
    content: false,
    warnings: [],
    startedAt: 0,
    requestedAt: 0,
  });
  expect(
    (['starting', 'running', 'stopping'] as const).map(
      (s) => wantsOf({ ...room(), recording: recording(s) }, none, false).recording,
    ),
  ).toEqual(['r', 'r', null]);
});
