import { expect, test } from 'vitest';
import type { Command } from '../../../server/protocol/commands.ts';
import { loggedEventSchema } from '../../../server/protocol/events.ts';
import { ENDED_INCIDENTS_KEPT, type Incident } from '../../../server/protocol/incidents.ts';
import type { RoomState } from '../../../server/protocol/records.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { openIncidents } from '../../../server/room/incidents.ts';
import type { Actor } from '../../../server/room/policy.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import type { SystemCommand } from '../../../server/room/system-commands.ts';
import { viewEvent, viewState } from '../../../server/room/view.ts';

const incident: Incident = {
  id: 'i1',
  kind: 'line',
  participantIds: ['site-ba-be'],
  reason: { level: 'poor', measure: 'loss', direction: 'up', value: 0.12, since: 900 },
  openedAt: 1_000,
  told: [],
};
const OP: Actor = { participantId: 'op', role: 'operator', kind: 'browser' };
const CHAIR: Actor = { participantId: 'chair', role: 'chair', kind: 'browser' };
const SITE: Actor = { participantId: 'site-ba-be', role: 'site', kind: 'browser' };
const record = (changes: Partial<Incident> = {}): SystemCommand => ({
  verb: 'recordIncident',
  incident: { ...incident, ...changes },
});

type Said = Command | SystemCommand;

class Stage {
  room: RoomState = emptyRoom('giao-ban');
  now = 10_000;
  #lines = 0;

  constructor() {
    const ba = { siteId: 'ba-be', name: 'Ba Bể', bridge: false, encryption: 'preferred' as const };
    this.say('system', { verb: 'invite', sites: [ba, { ...ba, siteId: 'na-ri', name: 'Na Rì' }] });
    for (const [id, role] of [
      ['op', 'operator'],
      ['chair', 'chair'],
      ['site-ba-be', 'site'],
    ] as const) {
      this.say('system', { verb: 'admit', participant: { id, role, kind: 'browser', name: id } });
    }
  }

  /** The types of what followed, or the refusal. */
  say(by: Actor, command: Said): string[] {
    this.now += 1_000;
    const id = `x${this.#lines++}`;
    const { events, refusal } = decide(this.room, command, by, { now: this.now, id });
    for (const event of events) {
      const who = by === 'system' ? by : by.participantId;
      const logged = loggedEventSchema.parse({ seq: this.room.seq + 1, at: this.now, by: who, event });
      this.room = evolve(this.room, logged);
    }
    return refusal ? [refusal.code] : events.map(({ type }) => type);
  }

  get last(): Incident {
    const found = this.room.incidents.at(-1);
    if (!found) throw new Error('there is no incident');
    return found;
  }
}

test('an incident is opened, widened and ended once, with its times', () => {
  const stage = new Stage();
  const wider = { participantIds: ['site-ba-be', 'site-na-ri'], carrierId: 'viettel' };
  const ended = { ...wider, endedAt: 61_000 };
  const said = [record(), record(), record(wider), record(ended), record(ended)];
  expect(said.map((one) => stage.say('system', one))).toEqual([
    ['incidentOpened'],
    [],
    ['incidentWidened'],
    ['incidentEnded'],
    [],
  ]);
  expect(stage.last).toMatchObject({ openedAt: 1_000, endedAt: 61_000, carrierId: 'viettel' });
  expect(openIncidents(stage.room)).toEqual([]);
});

test('what is open ends with the meeting', () => {
  const stage = new Stage();
  stage.say('system', record());
  stage.say(OP, { verb: 'openIncident', participantId: 'site-na-ri', kind: 'sound' });
  stage.say('system', { verb: 'endMeeting' });
  expect(stage.room.incidents.map(({ endedAt }) => endedAt)).toEqual([stage.now, stage.now]);
});

test('REG-8: the centre and the chair open one by hand; it has a running clock and ends with its length', () => {
  const stage = new Stage();
  expect(stage.say(SITE, { verb: 'openIncident', participantId: 'site-ba-be', kind: 'sound' })).toEqual([
    'notPermitted',
  ]);
  const open = { verb: 'openIncident', participantId: 'site-ba-be', kind: 'sound', note: 'Tiếng rè' } as const;
  expect(stage.say(CHAIR, open)).toEqual(['incidentOpened']);
  expect(stage.last).toMatchObject({ kind: 'sound', openedBy: 'chair', note: 'Tiếng rè', openedAt: stage.now });
  expect(stage.say(OP, open)).toEqual(['incidentOpen']);
  expect(stage.say(OP, { ...open, kind: 'picture' })).toEqual(['incidentOpened']);
  expect(stage.say(OP, { ...open, participantId: 'site-xa' })).toEqual(['participantUnknown']);
  const incidentId = stage.room.incidents[0]?.id ?? '';
  stage.now += 60_000;
  expect(stage.say(OP, { verb: 'endIncident', incidentId })).toEqual(['incidentEnded']);
  const [first] = stage.room.incidents;
  expect((first?.endedAt ?? 0) - (first?.openedAt ?? 0)).toBe(64_000);
  expect(stage.say(OP, { verb: 'endIncident', incidentId })).toEqual(['incidentOver']);
  expect(stage.say(OP, { ...open, participantId: 'site-na-ri' })).toEqual(['incidentOpened']);
});

test('REG-8: cause, remedy, expected time and who was told when are on record, also after it has ended', () => {
  const stage = new Stage();
  stage.say('system', record());
  const report = { verb: 'reportIncident', incidentId: 'i1' } as const;
  expect(stage.say(OP, { ...report, cause: 'Đứt cáp quang', expectedAt: 500_000 })).toEqual(['incidentReported']);
  expect(stage.say(OP, { verb: 'tellIncident', incidentId: 'i1', party: 'carrier', name: 'Trực VNPT' })).toEqual([
    'incidentTold',
  ]);
  const toldAt = stage.now;
  expect(stage.say('system', record({ endedAt: 61_000, told: [] }))).toEqual(['incidentEnded']);
  stage.say(OP, { ...report, remedy: 'Chuyển sang đường dự phòng', expectedAt: null });
  expect(stage.last).toEqual({
    ...incident,
    cause: 'Đứt cáp quang',
    remedy: 'Chuyển sang đường dự phòng',
    told: [{ party: 'carrier', name: 'Trực VNPT', at: toldAt, by: 'op' }],
    endedAt: 61_000,
  });
  stage.say(OP, { ...report, cause: '' });
  expect(stage.last.cause).toBeUndefined();
  expect(stage.say(CHAIR, { ...report, cause: 'x' })).toEqual(['notPermitted']);
  expect(stage.say(OP, { ...report, incidentId: 'i9' })).toEqual(['incidentUnknown']);
});

test('REG-8: what the monitor measures ends when the line works again, not before', () => {
  const stage = new Stage();
  stage.say('system', record());
  expect(stage.say(OP, { verb: 'endIncident', incidentId: 'i1' })).toEqual(['incidentMeasured']);
});

test('REG-8: incidents are the centre’s and the chair’s', () => {
  const stage = new Stage();
  const before = stage.room;
  stage.say('system', record());
  expect(viewState(stage.room, 'site-ba-be').incidents).toEqual([]);
  expect(viewState(stage.room, 'chair').incidents).toEqual([incident]);
  const logged = { seq: 9, at: 1, by: 'system' as const, event: { type: 'incidentOpened' as const, incident } };
  expect(viewEvent(logged, before, stage.room, 'site-ba-be')).toBeNull();
  expect(viewEvent(logged, before, stage.room, 'chair')).toEqual(logged);
});

test('REG-8: every incident can be amended, also one that the room has forgotten, as the log has it', () => {
  const stage = new Stage();
  const ids = Array.from({ length: ENDED_INCIDENTS_KEPT + 20 }, (_, i) => `i${i}`);
  for (const id of ids) {
    stage.say('system', record({ id }));
    stage.say('system', record({ id, endedAt: 61_000 }));
  }
  expect(stage.room.incidents).toHaveLength(ENDED_INCIDENTS_KEPT);
  const amend = { verb: 'amendIncident', incidentId: 'i3', cause: 'Đứt cáp quang', desk: 'lan' } as const;
  expect(stage.say('system', amend)).toEqual(['incidentUnknown']);
  const logged = { ...incident, id: 'i3', endedAt: 61_000 };
  expect(stage.say('system', { ...amend, logged })).toEqual(['incidentReported']);
  expect(stage.last).toEqual({ ...logged, cause: 'Đứt cáp quang' });
  // What the room knows by now counts, not what was read before.
  const told = {
    verb: 'noteTold',
    incidentId: 'i3',
    party: 'carrier',
    name: 'Trực VNPT',
    at: 62_000,
    desk: 'lan',
  } as const;
  stage.now = 70_000;
  expect(stage.say('system', { ...told, logged })).toEqual(['incidentTold']);
  expect(stage.last).toMatchObject({ cause: 'Đứt cáp quang', told: [{ name: 'Trực VNPT' }] });
  expect(stage.room.incidents).toHaveLength(ENDED_INCIDENTS_KEPT);
  expect(stage.say('system', { ...amend, incidentId: 'i4', logged })).toEqual(['incidentUnknown']);
});
