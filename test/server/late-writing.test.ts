import { afterEach, expect, test } from 'vitest';
import { writeLate } from '../../server/late-writing.ts';
import { OpenRooms } from '../../server/open-rooms.ts';
import { Refused } from '../../server/protocol/refusals.ts';
import { type Fixture, OPERATOR, openFixture } from './room-parts.ts';

let fixture: Fixture;
afterEach(() => fixture.close());

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Refused ? error.refusal.code : String(error)),
  );

/** A meeting in which one site had an incident; it is over and no longer held. */
async function meeting(): Promise<{ rooms: OpenRooms; incidentId: string; openedAt: number }> {
  const rooms = await OpenRooms.recover(fixture.parts);
  const room = await rooms.create('Giao ban', 'giao-ban');
  const participant = { id: 'site-ba-be', role: 'site', kind: 'browser', name: 'Ba Bể' } as const;
  await room.dispatch({ verb: 'admit', participant }, 'system');
  await room.dispatch({ verb: 'openIncident', participantId: 'site-ba-be', kind: 'sound' }, OPERATOR);
  const [incident] = room.state.incidents;
  await room.dispatch({ verb: 'endMeeting' }, OPERATOR);
  await expect.poll(() => rooms.get('giao-ban')).toBeUndefined();
  return { rooms, incidentId: incident?.id ?? '', openedAt: incident?.openedAt ?? 0 };
}

test('REG-8: cause, remedy and who was told are entered when the meeting is over, into its own log, each with who did it', async () => {
  fixture = await openFixture();
  const { rooms, incidentId, openedAt } = await meeting();
  const before = await fixture.store.log.read('giao-ban');
  const note = { at: 1, by: 'lan', act: 'incidentAmended', about: 'giao-ban' } as const;
  // Both at once: neither is lost.
  await Promise.all([
    rooms.tell('giao-ban', { verb: 'amendIncident', incidentId, cause: 'Mất điện', desk: 'lan' }, note),
    rooms.tell('giao-ban', { verb: 'noteTold', incidentId, party: 'carrier', name: 'VNPT', at: openedAt, desk: 'nam' }),
  ]);
  await rooms.tell('giao-ban', { verb: 'amendIncident', incidentId, remedy: 'Máy nổ', desk: 'lan' });
  const late = (await fixture.store.log.read('giao-ban')).slice(before.length);
  expect(late.map(({ seq, event }) => [seq - before.length, event.type, 'desk' in event && event.desk])).toEqual([
    [1, 'incidentReported', 'lan'],
    [2, 'incidentTold', 'nam'],
    [3, 'incidentReported', 'lan'],
  ]);
  expect(late.at(-1)?.event).toMatchObject({
    incident: { cause: 'Mất điện', remedy: 'Máy nổ', told: [{ party: 'carrier', name: 'VNPT', desk: 'nam' }] },
  });
  expect((await fixture.store.audit.list({ limit: 5 })).rows).toMatchObject([{ act: 'incidentAmended', by: 'lan' }]);
  await rooms.close();
});

test('REG-8: what is refused leaves nothing behind, in no log', async () => {
  fixture = await openFixture();
  const { rooms, incidentId, openedAt } = await meeting();
  const before = await fixture.store.log.read('giao-ban');
  const note = { at: 1, by: 'lan', act: 'incidentToldNoted', about: 'giao-ban' } as const;
  const told = { verb: 'noteTold', incidentId, party: 'site', desk: 'lan' } as const;
  expect(await codeOf(rooms.tell('giao-ban', { ...told, at: openedAt - 1 }, note))).toBe('malformed');
  expect(await codeOf(rooms.tell('giao-ban', { ...told, at: Date.now() + 60_000 }, note))).toBe('malformed');
  expect(await codeOf(rooms.tell('giao-ban', { ...told, at: openedAt, incidentId: 'none' }, note))).toBe(
    'incidentUnknown',
  );
  expect(await codeOf(rooms.tell('khong-co', { ...told, at: openedAt }, note))).toBe('roomUnknown');
  // Other commands find the meeting ended.
  expect(await codeOf(rooms.tell('giao-ban', { verb: 'setPin', pin: '123456' }, note))).toBe('meetingEnded');
  expect(await fixture.store.log.read('giao-ban')).toEqual(before);
  expect((await fixture.store.audit.list({ limit: 5 })).rows).toEqual([]);
  await rooms.close();
});

test('a meeting that is held is told as every other command tells it; one that is held elsewhere is left alone', async () => {
  fixture = await openFixture();
  const rooms = await OpenRooms.recover(fixture.parts);
  const room = await rooms.create('Giao ban', 'giao-ban');
  await rooms.tell('giao-ban', { verb: 'setPin', pin: '123456' });
  expect(room.state.pin).toBe('123456');
  expect(await codeOf(writeLate(fixture.parts, 'giao-ban', { verb: 'setPin', pin: '654321' }))).toBe('retry');
  await room.dispatch({ verb: 'setPin', pin: '111111' }, 'system');
  expect(room.state.pin).toBe('111111');
  await rooms.close();
});
