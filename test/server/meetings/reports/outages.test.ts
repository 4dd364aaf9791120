import { expect, test } from 'vitest';
import { lineUses } from '../../../../server/meetings/reports/outages.ts';
import { incident, joined, MINUTE, START, story } from './story.ts';

const who = { participantId: 'site-ba-be' };
const join = joined('site-ba-be', 'Ba Bể');
const lost = { type: 'participantLost', ...who };
const returned = { type: 'participantReturned', ...who };
const left = (reason: string) => ({ type: 'participantLeft', ...who, reason });
const call = (more: object) => ({
  type: 'callChanged',
  call: {
    ...{ id: 'c1', direction: 'out', address: 'sip:a@b', name: 'Ba Bể', ...who, startedAt: 0, changedAt: 0 },
    ...more,
  },
});
const useOf = (...steps: [number, object][]) => {
  const [use] = lineUses(story(...steps), START + 60 * MINUTE);
  return use && [use.expectedMs / MINUTE, use.outageMs / MINUTE, use.outages.map(({ why }) => why)];
};

test('REG-17 a line is out from losing its connection to coming back', () => {
  expect(useOf([0, join], [10, lost], [12, returned], [60, left('meetingEnded')])).toEqual([60, 2, ['connection']]);
});

test('REG-17 who comes back after his grace was out all the time; who does not, for the grace alone', () => {
  expect(useOf([0, join], [10, lost], [11, left('graceExpired')], [20, join])).toEqual([60, 10, ['connection']]);
  expect(useOf([0, join], [10, lost], [11, left('graceExpired')])).toEqual([11, 1, ['connection']]);
});

test('REG-17 a call that was lost and comes back is an outage, one that was hung up is none', () => {
  const lostCall = call({ status: 'waiting', cause: 'lost' });
  const hungUp = call({ status: 'ended', cause: 'hungUp' });
  expect(useOf([0, join], [10, lostCall], [10, left('hungUp')], [13, join])).toEqual([60, 3, ['call']]);
  expect(useOf([0, join], [10, hungUp], [10, left('hungUp')], [13, join])).toEqual([57, 0, []]);
});

test('REG-17 an incident in which nothing came counts once, a strained line and our own restart do not', () => {
  const at = (minutes: number) => START + minutes * MINUTE;
  const down = incident({ openedAt: at(10) });
  const steps: [number, object][] = [
    [0, join],
    [11, { type: 'incidentOpened', incident: down }],
  ];
  const ended = { type: 'incidentEnded', incident: { ...down, endedAt: at(15) } };
  expect(useOf(...steps, [12, lost], [14, returned], [16, ended])).toEqual([60, 5, ['incident', 'connection']]);
  const poor = incident({ reason: { level: 'poor', measure: 'loss', direction: 'up', value: 0.2, since: START } });
  expect(useOf([0, join], [11, { type: 'incidentOpened', incident: poor }])).toEqual([60, 0, []]);
  expect(useOf([0, join], [10, { type: 'serverRestarted' }], [11, returned])).toEqual([60, 0, []]);
});

test('guests, operators and the engine have no line', () => {
  const guest = joined('guest-1', 'Khách', { role: 'guest', siteId: undefined });
  expect(lineUses(story([0, guest], [1, { type: 'participantLost', participantId: 'guest-1' }]), START)).toEqual([]);
});
