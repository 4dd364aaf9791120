import { expect, test } from 'vitest';
import { loggedEventSchema } from '../../../server/protocol/events.ts';
import { incidentsOf } from '../../../server/room/incident-list.ts';

const incident = { id: 'i1', participantIds: ['site-na-ri'], openedAt: 2_000 };
const site = { siteId: 'na-ri', name: 'Na Rì', bridge: false, encryption: 'preferred' };
const told = [
  { type: 'sitesInvited', sites: [site] },
  { type: 'incidentOpened', incident },
  { type: 'incidentOpened', incident: { ...incident, id: 'i2', kind: 'sound', openedAt: 1_000 } },
  { type: 'incidentReported', incident: { ...incident, cause: 'Mất điện' } },
  { type: 'incidentEnded', incident: { ...incident, cause: 'Mất điện', endedAt: 62_000 } },
].map((event, i) => loggedEventSchema.parse({ seq: i + 1, at: 5_000 + i, by: 'system', event }));

test('REG-8: after the meeting its incidents are listed with all that is known, in the order of their beginning', () => {
  expect(incidentsOf(told)).toEqual([
    { ...incident, id: 'i2', kind: 'sound', openedAt: 1_000, told: [], names: ['Na Rì'] },
    { ...incident, kind: 'line', told: [], cause: 'Mất điện', endedAt: 62_000, names: ['Na Rì'] },
  ]);
});
