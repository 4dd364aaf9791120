import { expect, test } from 'vitest';
import { nextStep } from '../../server/demo.ts';
import type { FloorRequest, Participant } from '../../server/protocol/records.ts';
import { emptyRoom } from '../../server/room/state.ts';

const request: FloorRequest = { id: 'r', participantId: 'a', name: 'a', status: 'requested', requestedAt: 1 };
const site: Participant = {
  id: 'a',
  role: 'site',
  kind: 'simulator',
  name: 'a',
  presence: 'present',
  joinedAt: 0,
  presenceSince: 0,
  sources: [],
  gate: 'closed',
  muted: false,
};
const operator: Participant = { ...site, id: 'op', role: 'operator', kind: 'browser' };

test('the simulated centre forwards, then grants, one speech at a time', () => {
  const asked = { ...emptyRoom('demo'), participants: { a: site }, requests: [request] };
  expect(nextStep(asked)).toEqual({ verb: 'forwardRequest', requestId: 'r' });
  const forwarded = { ...asked, requests: [{ ...request, status: 'forwarded' as const }] };
  expect(nextStep(forwarded)).toEqual({ verb: 'grantFloor', requestId: 'r' });
  expect(nextStep({ ...forwarded, participants: { a: { ...site, gate: 'open' } } })).toBe(null);
});

test('a real operator is not interfered with', () => {
  const state = { ...emptyRoom('demo'), participants: { a: site, op: operator }, requests: [request] };
  expect(nextStep(state)).toBe(null);
});
