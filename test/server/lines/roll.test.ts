import { expect, test } from 'vitest';
import { namesOf, rollOf, seatOf } from '../../../server/lines/roll.ts';
import type { LoggedEvent, RoomEvent } from '../../../server/protocol/events.ts';
import type { Incident } from '../../../server/protocol/incidents.ts';
import type { Participant } from '../../../server/protocol/records.ts';

const participant = (id: string, name: string, siteId?: string): Participant => ({
  ...{ id, name, role: 'site', kind: 'browser', presence: 'present', joinedAt: 1, presenceSince: 1 },
  ...{ sources: [], gate: 'closed', muted: false, ...(siteId ? { siteId } : {}) },
});
const log = (events: RoomEvent[]): LoggedEvent[] =>
  events.map((event, i) => ({ seq: i + 1, at: i, by: 'system', event }));
const incident: Incident = {
  ...{ id: 'i1', kind: 'line', participantIds: ['site-ba-be'], told: [], openedAt: 5 },
  reason: { level: 'down', measure: 'connection', direction: 'up', value: 1, since: 5 },
};

test('who sat in a meeting is known after it, by the name he had last; and what failed, as it ended', () => {
  const events: RoomEvent[] = [
    { type: 'participantJoined', participant: participant('site-ba-be', 'Ba Bể', 'ba-be') },
    { type: 'participantJoined', participant: participant('khach', 'Khách') },
    { type: 'participantRenamed', participantId: 'khach', name: 'Sở Y tế' },
    { type: 'incidentOpened', incident },
    { type: 'participantLeft', participantId: 'khach', reason: 'left' },
    { type: 'incidentEnded', incident: { ...incident, endedAt: 9 } },
  ];
  const roll = rollOf(log(events), 10);
  expect(roll.isOver).toBe(false);
  expect(seatOf(roll, 'site-ba-be')).toMatchObject({ name: 'Ba Bể', siteId: 'ba-be' });
  expect(namesOf(roll.seats, ['khach', 'site-ba-be', 'khach', 'x'])).toEqual({
    khach: 'Sở Y tế',
    'site-ba-be': 'Ba Bể',
  });
  expect(roll.incidents).toEqual([{ ...incident, endedAt: 9 }]);
  expect(seatOf(roll, 'x')).toMatchObject({ participantId: 'x', name: 'x' });
  expect(rollOf(log([...events, { type: 'meetingEnded' }]), 10).isOver).toBe(true);
});
