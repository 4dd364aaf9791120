import { expect, test } from 'vitest';
import { OpenRooms } from '../../../server/open-rooms.ts';
import { isTestRoom, testRoomOf } from '../../../server/protocol/line-tests.ts';
import { AppendConflict } from '../../../server/store/event-log.ts';
import { withPassingRooms } from '../../../server/store/passing-log.ts';
import { openFixture } from '../room-parts.ts';

const ROOM = testRoomOf('0a');

test('a passing room is a room like any other, leaves nothing behind, and may come again', async () => {
  const fixture = await openFixture((log) => withPassingRooms(log, isTestRoom));
  const rooms = await OpenRooms.recover(fixture.parts);
  const room = await rooms.create('Kiểm tra', ROOM);
  await rooms.create('Giao ban', '600100');
  await expect(rooms.create('Kiểm tra', ROOM)).rejects.toThrow('roomExists');
  const centre = { participantId: 'c', role: 'operator', kind: 'browser' } as const;
  expect(await room.dispatch({ verb: 'setOverlay', banner: 'x' }, centre)).toMatchObject({ ok: true });
  expect(room.state.overlay.banner).toBe('x');
  expect((await fixture.parts.log.read(ROOM)).length).toBe(room.state.seq);
  expect((await fixture.parts.log.rooms()).map(({ roomId }) => roomId)).toEqual(['600100']);
  expect((await fixture.store.log.rooms()).map(({ roomId }) => roomId)).toEqual(['600100']);

  expect(await room.dispatch({ verb: 'endMeeting' }, centre)).toMatchObject({ ok: true });
  await expect.poll(() => rooms.get(ROOM)).toBeUndefined();
  expect(await fixture.parts.log.read(ROOM)).toEqual([]);
  expect((await rooms.create('Kiểm tra', ROOM)).state.overlay.banner).toBe('');
  await rooms.close();
  await fixture.close();
});

test('who holds an older claim, or counts otherwise, may not write', async () => {
  const fixture = await openFixture((log) => withPassingRooms(log, isTestRoom));
  const { log } = fixture.parts;
  expect(await log.reserve(ROOM)).toBe(true);
  expect(await log.claim(ROOM)).toBe(1);
  expect(await log.claim(ROOM)).toBe(2);
  const append = (epoch: number, expectedSeq: number) => log.append({ roomId: ROOM, epoch, expectedSeq, events: [] });
  await expect(append(1, 0)).rejects.toThrow(AppendConflict);
  await expect(append(2, 5)).rejects.toThrow(AppendConflict);
  await append(2, 0);
  await fixture.close();
});
