import { afterEach, expect, test } from 'vitest';
import {
  dataOf,
  readDeskSettings,
  tellingLog,
  tellingRecordings,
  writeDeskSettings,
} from '../../../server/desk/program-news.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import { type ProgramEvent, ROOM_EVENTS } from '../../../server/protocol/bookings.ts';
import { PROGRAM_CALLS } from '../../../server/protocol/program-calls.ts';
import type { Room } from '../../../server/rooms.ts';
import { type Fixture, OPERATOR, openFixture } from '../room-parts.ts';

let fixture: Fixture;
let rooms: OpenRooms;
afterEach(async () => {
  await rooms.close();
  await fixture.close();
});

async function open(events: ProgramEvent[]): Promise<Room> {
  fixture = await openFixture();
  const { store, parts } = fixture;
  const settings = await readDeskSettings(store.deskDocuments);
  const webhooks = [{ webhookId: 'lich', url: 'https://lich.tinh.gov.vn/hook', events }];
  await writeDeskSettings(store.deskDocuments, { ...settings, webhooks }, { username: 'lan', ip: '' }, 1);
  rooms = await OpenRooms.recover({ ...parts, log: tellingLog(store.log, { ...parts, store }) });
  const room = await rooms.create('Giao ban', 'giao-ban');
  const participant = { id: 'site-ba-be', role: 'site', kind: 'browser', name: 'Ba Bể' } as const;
  await room.dispatch({ verb: 'admit', participant }, 'system');
  return room;
}
const queued = async () => (await fixture.store.notices.ofProgram('lich', 20)).map(({ event }) => event).sort();

async function failAndRecord(room: Room): Promise<void> {
  await room.dispatch({ verb: 'openIncident', participantId: 'site-ba-be', kind: 'sound' }, OPERATOR);
  await room.dispatch({ verb: 'startRecording', tracks: 'none' }, OPERATOR);
  const { recording } = room.state;
  const recordingId = recording.status === 'off' ? '' : recording.id;
  await room.dispatch({ verb: 'reportRecording', recordingId, status: 'running' }, 'system');
  const saved = { status: 'saved', durationMs: 5_000, bytes: 900 } as const;
  await room.dispatch({ verb: 'reportRecording', recordingId, ...saved }, 'system');
  await room.dispatch({ verb: 'endMeeting' }, OPERATOR);
}

test('REG-8: incidents and recordings are queued for the programs that ask for them, in the transaction of their events', async () => {
  await failAndRecord(await open([...ROOM_EVENTS]));
  const { store, parts } = fixture;
  expect(await queued()).toEqual(['incident.closed', 'incident.opened', 'recording.ready']);
  const telling = tellingRecordings(store.recordings, { ...parts, store });
  const [recording] = await store.recordings.list();
  expect(await telling.remove(recording?.recordingId ?? '')).toBe(true);
  const all = await store.notices.due(Date.now(), 20);
  expect(all).toHaveLength(4);
  for (const { event, happened } of all) {
    const data = happened && (await dataOf(happened, event, store));
    const call = { type: event, timestamp: new Date(0).toISOString(), data };
    // Of a recording that is gone only its removal tells.
    if (event === 'recording.ready') expect(data).toBeUndefined();
    else expect(event && PROGRAM_CALLS.get(event)?.parse(call)).toEqual(call);
  }
});

test('what no program asks for is queued for none, and settings that nobody can read stop no meeting', async () => {
  const room = await open(['incident.closed']);
  const { store } = fixture;
  await room.dispatch({ verb: 'openIncident', participantId: 'site-ba-be', kind: 'sound' }, OPERATOR);
  expect(await queued()).toEqual([]);
  await store.deskDocuments.write('settings', { webhooks: 'none' }, { username: 'lan', ip: '' }, 2);
  expect(await room.dispatch({ verb: 'endMeeting' }, OPERATOR)).toEqual({ ok: true, result: {} });
  expect(await queued()).toEqual([]);
  expect((await store.log.read('giao-ban')).map(({ event }) => event.type)).toContain('incidentEnded');
});

test('a recording that is held is not removed, and nobody is told that it was', async () => {
  await failAndRecord(await open(['recording.deleted']));
  const { store, parts } = fixture;
  const [recording] = await store.recordings.list();
  const recordingId = recording?.recordingId ?? '';
  await store.recordings.change(recordingId, { held: true });
  expect(await tellingRecordings(store.recordings, { ...parts, store }).remove(recordingId)).toBe(false);
  expect(await queued()).toEqual([]);
});
