import { expect, test } from 'vitest';
import { loggedEventSchema } from '../../../server/protocol/events.ts';
import type { Incident } from '../../../server/protocol/lines.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import type { SystemCommand } from '../../../server/room/system-commands.ts';
import { viewState } from '../../../server/room/view.ts';

const incident: Incident = {
  id: 'i1',
  participantIds: ['site-ba-be'],
  reason: { level: 'poor', measure: 'loss', direction: 'up', value: 0.12, since: 900 },
  openedAt: 1_000,
};

function after(...commands: (SystemCommand | { verb: 'endMeeting' })[]) {
  let room = emptyRoom('giao-ban');
  const types = commands.map((command, i) => {
    const { events } = decide(room, command, 'system', { now: 10_000 + i, id: 'x' });
    return events.map((event) => {
      room = evolve(room, loggedEventSchema.parse({ seq: room.seq + 1, at: 10_000 + i, by: 'system', event }));
      return event;
    });
  });
  return { room, events: types };
}
const record = (changes: Partial<Incident> = {}): SystemCommand => ({
  verb: 'recordIncident',
  incident: { ...incident, ...changes },
});

test('an incident is opened, widened and ended once, with its times', () => {
  const wider = { participantIds: ['site-ba-be', 'site-na-ri'], carrierId: 'viettel' };
  const ended = { ...wider, endedAt: 61_000 };
  const { room, events } = after(record(), record(), record(wider), record(ended), record(ended));
  expect(events.map((all) => all.map(({ type }) => type))).toEqual([
    ['incidentOpened'],
    [],
    ['incidentWidened'],
    ['incidentEnded'],
    [],
  ]);
  expect(events[3]?.[0]).toMatchObject({ incident: { openedAt: 1_000, endedAt: 61_000, carrierId: 'viettel' } });
  expect(room.incidents).toEqual([]);
});

test('what is open ends with the meeting', () => {
  const { room, events } = after(record(), { verb: 'endMeeting' });
  expect(events[1]).toContainEqual({ type: 'incidentEnded', incident: { ...incident, endedAt: 10_001 } });
  expect(room.incidents).toEqual([]);
});

test('incidents are the centre’s', () => {
  expect(viewState(after(record()).room, 'site-ba-be').incidents).toEqual([]);
});
