import { expect, it } from 'vitest';
import { callOf, callRows } from '../../../client/console/call-list.ts';
import { call, room } from './rooms.ts';

const calls = {
  a1: call('a1', { participantId: 'sip-a', status: 'failed', cause: 'busy', startedAt: 1 }),
  a2: call('a2', { participantId: 'sip-a', status: 'failed', cause: 'noAnswer', startedAt: 2 }),
  b: call('b', { status: 'answered', startedAt: 3 }),
  c1: call('c1', { participantId: 'sip-c', status: 'ended', startedAt: 4 }),
  c2: call('c2', { participantId: 'sip-c', status: 'ringing', startedAt: 5 }),
};

it('lists what goes on first, and of the rest the last to each address', () => {
  expect(callRows(room([], { calls }), 8).map(({ id }) => id)).toEqual(['c2', 'b', 'a2']);
});

it('never hides a call that goes on', () => {
  expect(callRows(room([], { calls }), 1).map(({ id }) => id)).toEqual(['c2', 'b']);
});

it('knows the call that a participant is in', () => {
  const state = room([], { calls });
  expect(callOf(state, 'b')?.id).toBe('b');
  expect(callOf(state, 'a2')).toBeUndefined();
  expect(callOf(state, undefined)).toBeUndefined();
});
