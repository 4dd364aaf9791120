import { describe, expect, test } from 'vitest';
import {
  momentOf,
  namesOf,
  pastIncidents,
  runningIncidents,
  siteOf,
  whereItMayBe,
} from '../../../client/incidents/incident-list.ts';
import type { Incident } from '../../../server/protocol/incidents.ts';
import type { Participant, RoomState } from '../../../server/protocol/records.ts';

const person = (id: string, name: string, more: Partial<Participant> = {}): Participant => ({
  ...{ id, name, role: 'site', kind: 'browser', presence: 'present', joinedAt: 1, presenceSince: 1 },
  ...{ sources: [], gate: 'closed', muted: false },
  ...more,
});
const room: Pick<RoomState, 'participants' | 'sites'> = {
  participants: {
    'site-ba-be': person('site-ba-be', 'Ba Bể', { siteId: 'ba-be' }),
    chair: person('chair', 'Chủ trì', { role: 'chair' }),
    op: person('op', 'Trung tâm', { role: 'operator' }),
  },
  sites: {
    'ba-be': { siteId: 'ba-be', name: 'Ba Bể', bridge: false, encryption: 'preferred' },
    'na-ri': { siteId: 'na-ri', name: 'Na Rì', bridge: false, encryption: 'preferred' },
  },
};
const incident = (id: string, openedAt: number, more: Partial<Incident> = {}): Incident => ({
  ...{ id, kind: 'line', participantIds: ['site-ba-be', 'site-na-ri'], openedAt, told: [] },
  ...more,
});

describe('REG-8: an incident at the console', () => {
  test('is named by its sites, also by one that has not come, and leads to whom to call there', () => {
    expect(namesOf(incident('a', 1), room)).toBe('Ba Bể, Na Rì');
    expect(siteOf(incident('a', 1), room)).toBe('ba-be');
    expect(siteOf(incident('a', 1, { participantIds: ['site-na-ri'] }), room)).toBe('na-ri');
    expect(siteOf(incident('a', 1, { participantIds: ['chair'] }), room)).toBeUndefined();
  });

  test('the longest that runs comes first, and of those that are over the last', () => {
    const incidents = [
      incident('a', 5),
      incident('b', 1),
      incident('c', 2, { endedAt: 4 }),
      incident('d', 3, { endedAt: 9 }),
    ];
    expect(runningIncidents({ incidents }).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(pastIncidents({ incidents }).map(({ id }) => id)).toEqual(['d', 'c']);
  });

  test('may be at every site and where the chair sits, there or not, once each', () => {
    expect(whereItMayBe(room).map(({ id }) => id)).toEqual(['site-ba-be', 'chair', 'site-na-ri']);
  });
});

describe('a time as it is typed', () => {
  const now = new Date(2026, 10, 25, 23, 40).getTime();
  const at = (day: number, hours: number, minutes: number) => new Date(2026, 10, day, hours, minutes).getTime();
  test('is the next such time, or has just gone by', () => {
    expect(momentOf('23:55', now)).toBe(at(25, 23, 55));
    expect(momentOf('0:30', now)).toBe(at(26, 0, 30));
    expect(momentOf('22:00', now)).toBe(at(25, 22, 0));
    expect(momentOf('', now)).toBeNull();
    expect(momentOf('25:00', now)).toBeNull();
  });
});
