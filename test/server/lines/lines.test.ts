import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Lines } from '../../../server/lines/lines.ts';
import type { Second } from '../../../server/monitor/room-monitor.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import type { Notice } from '../../../server/protocol/media.ts';
import type { ReportedSample } from '../../../server/protocol/monitor.ts';
import { openIncidents } from '../../../server/room/incidents.ts';
import type { Room } from '../../../server/rooms.ts';
import { entrantOf, type Fixture, OPERATOR, openFixture, SITE } from '../room-parts.ts';

let fixture: Fixture;
let rooms: OpenRooms;
let lines: Lines;
let room: Room;
const kept: Second[] = [];
const told: { to: string; notice: Notice }[] = [];
let now = 1_000_000;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  fixture = await openFixture();
  const logger = pino({ level: 'silent' });
  lines = new Lines({
    termsOf: (siteId) => (siteId === 'ba-be' ? { carrierId: 'viettel', downKbps: 2_000 } : undefined),
    keep: (_roomId, second) => kept.push(second),
    logger,
    now: () => now,
  });
  rooms = await OpenRooms.recover({ ...fixture.parts, lines });
  lines.follow(rooms);
  room = await rooms.create('Giao ban', '600100');
  for (const participant of [OPERATOR, SITE].map(entrantOf)) {
    await room.dispatch({ verb: 'admit', participant }, 'system');
  }
  room.watch({
    committed: () => undefined,
    notify: (to, notice) => told.push({ to, notice }),
    dismiss: () => undefined,
    closed: () => undefined,
  });
});

afterEach(async () => {
  lines.close();
  vi.useRealTimers();
  await rooms.close();
  await fixture.close();
  kept.length = 0;
  told.length = 0;
});

function pass(seconds: number, each: () => void): void {
  for (let i = 0; i < seconds; i++) {
    now += 1_000;
    each();
    vi.advanceTimersByTime(1_000);
  }
}
const lossy: ReportedSample = { agoMs: 0, spanMs: 1_000, direction: 'down', packets: 300, loss: 0.2 };

test('operators alone are told of a line that gets bad, and of its end; an incident is on record', async () => {
  pass(12, () => lines.reported(room, 'babe', [lossy]));
  const notices = told.map(({ to, notice }) => [to, notice.notice === 'lines' ? notice.lines.babe?.level : undefined]);
  expect(notices).toContainEqual(['op', 'poor']);
  expect(new Set(notices.map(([to]) => to))).toEqual(new Set(['op']));
  await vi.waitFor(() => expect(room.state.incidents).toMatchObject([{ participantIds: ['babe'] }]));
  pass(40, () => lines.reported(room, 'babe', [{ ...lossy, loss: 0 }]));
  expect(told.at(-1)?.notice).toEqual({ notice: 'lines', lines: {} });
  await vi.waitFor(() => expect(openIncidents(room.state)).toEqual([]));
  const log = await fixture.store.log.read('600100');
  expect(log.map(({ event }) => event.type).filter((type) => type.startsWith('incident'))).toEqual([
    'incidentOpened',
    'incidentEnded',
  ]);
});

test('what is measured is kept with whose and by whom it is', () => {
  fixture.media.hooks
    .get('600100')
    ?.measured([{ at: now, participantId: 'babe', direction: 'up', by: 'server', spanMs: 1_000, kbps: 900 }]);
  pass(1, () => lines.reported(room, 'babe', [{ ...lossy, agoMs: 500 }]));
  expect(kept.at(-1)?.samples).toMatchObject([
    { participantId: 'babe', by: 'server', kbps: 900 },
    { participantId: 'babe', by: 'client', at: now - 500 },
  ]);
});

test('streams that are not there, or another’s, are left out', () => {
  const stream = (participantId: string) => ({ participantId, source: 'camera' as const });
  pass(1, () =>
    lines.reported(room, 'babe', [
      { ...lossy, stream: stream('op') },
      { ...lossy, stream: stream('invented') },
      { ...lossy, direction: 'up', stream: stream('op') },
      { ...lossy, direction: 'up', stream: stream('babe') },
    ]),
  );
  expect(kept.at(-1)?.samples.map(({ direction, stream: one }) => [direction, one?.participantId])).toEqual([
    ['down', 'op'],
    ['up', 'babe'],
  ]);
});

test('who reports all the time, and who is not there, is not listened to', () => {
  pass(1, () => {
    for (let i = 0; i < 20; i++) lines.reported(room, 'babe', [lossy]);
    lines.reported(room, 'nobody', [lossy]);
  });
  expect(kept.at(-1)?.samples).toHaveLength(1);
});
