import { expect, test } from 'vitest';
import type { Participant } from '../../../server/protocol/records.ts';
import { emptyRoom, isUnderWay } from '../../../server/room/state.ts';

const one = (given: Partial<Participant>): Participant => ({
  ...{ id: 'x', role: 'site', kind: 'browser', name: 'x', presence: 'present', joinedAt: 0, presenceSince: 0 },
  ...{ sources: [], gate: 'closed', muted: false },
  ...given,
});

test('a meeting is under way while someone but its operator sits in it', () => {
  const room = (given: Partial<Participant>) => ({ ...emptyRoom('room'), participants: { x: one(given) } });
  expect(isUnderWay(room({}))).toBe(true);
  expect(isUnderWay(room({ role: 'chair' }))).toBe(true);
  expect(isUnderWay(room({ role: 'guest', kind: 'sip' }))).toBe(true);
  for (const given of [
    { role: 'operator' },
    { kind: 'simulator' },
    { presence: 'away' },
    { presence: 'left' },
  ] as const)
    expect(isUnderWay(room(given)), JSON.stringify(given)).toBe(false);
  expect(isUnderWay({ ...room({}), status: 'ended' })).toBe(false);
});
