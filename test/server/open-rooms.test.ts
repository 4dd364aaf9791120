import { afterEach, expect, test } from 'vitest';
import { OpenRooms } from '../../server/open-rooms.ts';
import { entrantOf, type Fixture, OPERATOR, openFixture, SITE } from './room-parts.ts';

let fixture: Fixture;
const opened: OpenRooms[] = [];
afterEach(async () => {
  for (const rooms of opened.splice(0)) await rooms.close();
  await fixture.close();
});

async function recover(): Promise<OpenRooms> {
  const rooms = await OpenRooms.recover(fixture.parts);
  opened.push(rooms);
  return rooms;
}

test('a room without a wish gets six digits; an address is given once', async () => {
  fixture = await openFixture();
  const rooms = await recover();
  const [one, two] = await Promise.all([rooms.create('Một'), rooms.create('Hai')]);
  expect(one.roomId).toMatch(/^\d{6}$/);
  expect(two.roomId).not.toBe(one.roomId);
  await expect(rooms.create('Ba', one.roomId)).rejects.toMatchObject({ refusal: { code: 'roomExists' } });
  const both = await Promise.allSettled([rooms.create('x', 'giao-ban'), rooms.create('y', 'giao-ban')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(rooms.list()).toHaveLength(3);
});

test('watchers hear of a room when it has its title, and when it is gone', async () => {
  fixture = await openFixture();
  const rooms = await recover();
  const told: string[] = [];
  rooms.watch({ opened: (room) => told.push(room.state.title), closed: (roomId) => told.push(`${roomId} closed`) });
  const room = await rooms.create('Giao ban', 'giao-ban');
  await room.dispatch({ verb: 'endMeeting' }, OPERATOR);
  await expect.poll(() => told).toEqual(['Giao ban', 'giao-ban closed']);
  expect(rooms.get('giao-ban')).toBeUndefined();
  await expect(rooms.create('Again', 'giao-ban')).rejects.toMatchObject({ refusal: { code: 'roomExists' } });
});

test('after a restart the open rooms are as they were, with everyone away, and grace begins anew', async () => {
  fixture = await openFixture();
  const before = await OpenRooms.recover(fixture.parts);
  const room = await before.create('Giao ban', 'giao-ban');
  const over = await before.create('Đã xong', 'da-xong');
  await over.dispatch({ verb: 'endMeeting' }, OPERATOR);
  for (const participant of [OPERATOR, SITE].map(entrantOf)) {
    await room.dispatch({ verb: 'admit', participant }, 'system');
  }
  await room.dispatch({ verb: 'openMicrophone', participantId: SITE.participantId }, OPERATOR);
  // No `close`: the process is killed.

  fixture.parts.graceMs = 60;
  const rooms = await recover();
  expect(rooms.list().map(({ roomId }) => roomId)).toEqual(['giao-ban']);
  const back = rooms.get('giao-ban');
  await expect.poll(() => back?.state.participants.babe).toMatchObject({ presence: 'away', gate: 'open' });
  await expect.poll(() => back?.state.participants.babe).toMatchObject({ presence: 'left', gate: 'closed' });
  await room.close();
});

test('a meeting that ended with its recording unsaved is held until that is reported', async () => {
  fixture = await openFixture();
  const before = await OpenRooms.recover(fixture.parts);
  const room = await before.create('Có ghi hình', 'co-ghi-hinh');
  await room.dispatch({ verb: 'startRecording' }, OPERATOR);
  await room.dispatch({ verb: 'endMeeting' }, OPERATOR);
  const recordingId = room.state.recording.status === 'off' ? '' : room.state.recording.id;

  const back = (await recover()).get('co-ghi-hinh');
  expect(back?.state).toMatchObject({ status: 'ended', recording: { status: 'stopping' } });
  const saved = { recordingId, status: 'saved', file: 'a.mp4', durationMs: 1, bytes: 1 } as const;
  await back?.dispatch({ verb: 'reportRecording', ...saved }, 'system');
  await expect.poll(() => opened[0]?.list()).toEqual([]);
  expect(await fixture.store.recordings.list()).toMatchObject([{ recordingId: 'a', roomId: 'co-ghi-hinh' }]);
  expect((await recover()).list()).toEqual([]);
  await room.close();
});

test('a room whose log is broken does not keep the others closed', async () => {
  fixture = await openFixture((log) => ({
    ...log,
    read: (roomId) => (roomId === 'broken' ? Promise.reject(new Error('unreadable')) : log.read(roomId)),
  }));
  const { parts, store } = fixture;
  const before = await OpenRooms.recover({ ...parts, log: store.log });
  for (const roomId of ['broken', 'whole']) await before.create(roomId, roomId);
  const rooms = await recover();
  expect(rooms.list().map(({ roomId }) => roomId)).toEqual(['whole']);
  expect(() => rooms.require('broken')).toThrow('retry');
  await before.close();
});

test('a stop ends no meeting: nobody is told so, and whoever asks is to try again', async () => {
  fixture = await openFixture();
  const rooms = await recover();
  const told: string[] = [];
  await rooms.create('Giao ban', 'giao-ban');
  rooms.watch({ opened: () => undefined, closed: (roomId) => told.push(roomId) });
  await rooms.close();
  expect(told).toEqual([]);
  expect(() => rooms.require('giao-ban')).toThrow('retry');
  expect(() => rooms.require('another')).toThrow('roomUnknown');
});

test('without media no room is opened, and its address stays free', async () => {
  fixture = await openFixture();
  const rooms = await recover();
  const { openRoom } = fixture.media;
  fixture.media.openRoom = () => Promise.reject(new Error('no worker'));
  await expect(rooms.create('Giao ban', 'giao-ban')).rejects.toMatchObject({ refusal: { code: 'mediaUnavailable' } });
  fixture.media.openRoom = openRoom;
  expect((await rooms.create('Giao ban', 'giao-ban')).state.title).toBe('Giao ban');
});
