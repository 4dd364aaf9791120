import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Directory } from '../../../server/desk/directory.ts';
import { LineTestDesk } from '../../../server/lines/line-tests.ts';
import { Lines } from '../../../server/lines/lines.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import { isTestRoom } from '../../../server/protocol/line-tests.ts';
import type { Call } from '../../../server/protocol/records.ts';
import type { Room } from '../../../server/rooms.ts';
import { withPassingRooms } from '../../../server/store/passing-log.ts';
import { type Fixture, openFixture } from '../room-parts.ts';

const GATEWAY = { participantId: 'gateway', role: 'service', kind: 'gateway' } as const;
const BY = { username: 'lan', ip: '10.0.0.1' };
const SITES = ['ba-be', 'na-ri', 'cho-moi', 'cho-don'];

let fixture: Fixture;
let rooms: OpenRooms;
let lines: Lines;
let desk: LineTestDesk;
let now = 1_000_000;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  fixture = await openFixture((log) => withPassingRooms(log, isTestRoom));
  const logger = pino({ level: 'silent' });
  const clock = () => now;
  lines = new Lines({ termsOf: (siteId) => directory.lineOf(siteId), keep: () => undefined, logger, now: clock });
  rooms = await OpenRooms.recover({ ...fixture.parts, lines });
  const directory = await Directory.open({ store: fixture.store, rooms, logger, now: clock });
  lines.follow(rooms);
  for (const siteId of SITES) {
    const encryption = 'preferred' as const;
    const sip = { address: `sip:${siteId}@10.0.0.5`, sources: [], encryption, bridge: false };
    await directory.add({ siteId, name: siteId, sip }, BY);
  }
  await directory.add({ siteId: 'tai-nha', name: 'Tại nhà' }, BY);
  const archive = fixture.store.lineTests;
  desk = new LineTestDesk({ archive, rooms, lines, directory, language: 'vi', logger, now: clock });
});

afterEach(async () => {
  await desk.close();
  lines.close();
  vi.useRealTimers();
  await rooms.close();
  await fixture.close();
});

const refused = (started: Promise<unknown>) => started.then(() => 'started').catch((error: Error) => error.message);
const callOf = (room: Room): Call => {
  const [call] = Object.values(room.state.calls);
  if (!call) throw new Error('nobody is called');
  return call;
};
async function report(room: Room, status: 'answered' | 'failed', more: object = {}): Promise<void> {
  const answer = await room.dispatch({ verb: 'reportCall', callId: callOf(room).id, status, ...more }, GATEWAY);
  expect(answer).toMatchObject({ ok: true });
}
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    now += 250;
    await vi.advanceTimersByTimeAsync(250);
  }
}

describe('REG-17 a line is tried by a call', () => {
  test('it is measured while it lasts, kept with who and when, and hung up', async () => {
    const { test: begun, room, participantId } = await desk.start('ba-be', 'codec', 'lan');
    expect(begun).toMatchObject({ status: 'running', stage: 'calling', by: 'lan', startedAt: now });
    expect(callOf(room)).toMatchObject({ siteId: 'ba-be', participantId });
    await report(room, 'answered');
    const participant = {
      id: participantId,
      role: 'site',
      kind: 'sip',
      name: 'Ba Bể',
      callId: callOf(room).id,
    } as const;
    await room.dispatch({ verb: 'admit', participant }, 'system');
    await vi.waitFor(() => expect(room.state.program.slots).toEqual([{ show: 'participant', participantId }]));
    await pass(500);
    const stream = { participantId, source: 'camera' } as const;
    for (let second = 0; second < 14; second += 2) {
      const common = { participantId, by: 'leg', spanMs: 2_000, at: now, packets: 200, loss: 0 } as const;
      lines.measured(room, [
        { ...common, direction: 'up', stream, kbps: 900, jitterMs: 4 },
        { ...common, direction: 'down', stream: { participantId, source: 'program' }, kbps: 1_000, roundTripMs: 30 },
      ]);
      await pass(2_000);
    }
    expect(await desk.find(begun.testId)).toMatchObject({ status: 'running', stage: 'loop' });
    const microphone = { participantId, source: 'microphone' } as const;
    const looped = { participantId, by: 'leg', spanMs: 2_000, at: now, direction: 'up', loopMs: 81.5 } as const;
    lines.measured(room, [{ ...looped, stream: microphone }]);
    await pass(250);
    await vi.waitFor(async () => expect((await desk.find(begun.testId)).status).toBe('done'));
    expect(await desk.ofSite('ba-be')).toMatchObject([
      { status: 'done', way: 'codec', result: { up: { kbps: 900 }, down: { kbps: 1_000 }, roundTripMs: 30 } },
    ]);
    expect(await desk.find(begun.testId)).toMatchObject({ result: { seen: { picture: true, centreMs: 82 } } });
    await vi.waitFor(() => expect(room.state.status).toBe('ended'));
    expect(await fixture.store.log.rooms()).toEqual([]);
  });

  test('a call that does not come about is a result too', async () => {
    const { test: begun, room } = await desk.start('ba-be', 'codec', 'lan');
    await report(room, 'failed', { cause: 'busy' });
    await pass(250);
    await vi.waitFor(async () =>
      expect(await desk.find(begun.testId)).toMatchObject({ status: 'failed', failure: 'call', cause: 'busy' }),
    );
  });

  test('who answers and sends nothing', async () => {
    const { test: begun, room } = await desk.start('ba-be', 'codec', 'lan');
    await report(room, 'answered');
    await pass(16_000);
    await vi.waitFor(async () => expect(await desk.find(begun.testId)).toMatchObject({ failure: 'noMedia' }));
  });

  test('REG-12 only sites of the directory are called, and one that has no address is not', async () => {
    expect(await refused(desk.start('ai-do', 'codec', 'lan'))).toContain('siteUnknown');
    expect(await refused(desk.start('tai-nha', 'codec', 'lan'))).toContain('siteUnreachable');
  });
});

describe('how much is tested', () => {
  test('one at a time of a site, with a pause after it; few in all', async () => {
    const first = await desk.start('ba-be', 'codec', 'lan');
    expect(await refused(desk.start('ba-be', 'codec', 'lan'))).toContain('lineTestRunning');
    const others = await Promise.all(['na-ri', 'cho-moi'].map((siteId) => desk.start(siteId, 'codec', 'lan')));
    expect(await refused(desk.start('cho-don', 'codec', 'lan'))).toContain('tooManyAttempts');
    for (const { test: one } of [first, ...others]) desk.stop(one.testId);
    await vi.waitFor(async () => expect(await desk.find(first.test.testId)).toMatchObject({ failure: 'stopped' }));
    expect(await refused(desk.start('ba-be', 'codec', 'lan'))).toContain('tooManyAttempts');
    await pass(20_000);
    expect((await desk.start('ba-be', 'codec', 'lan')).test.status).toBe('running');
    expect((await desk.latest()).map(({ siteId, status }) => `${siteId} ${status}`).sort()).toEqual([
      'ba-be running',
      'cho-moi failed',
      'na-ri failed',
    ]);
  });

  test('none while the site is in a meeting', async () => {
    const meeting = await rooms.create('Giao ban', '600100');
    const participant = { id: 'site-ba-be', role: 'site', kind: 'browser', name: 'Ba Bể' } as const;
    await meeting.dispatch({ verb: 'admit', participant }, 'system');
    expect(await refused(desk.start('ba-be', 'codec', 'lan'))).toContain('siteInMeeting');
    await meeting.dispatch({ verb: 'leave' }, { participantId: 'site-ba-be', role: 'site', kind: 'browser' });
    expect(await refused(desk.start('ba-be', 'codec', 'lan'))).toBe('started');
  });

  test('REG-5 one whose meeting wants it is left at once: it hears nothing but the meeting', async () => {
    const { test: begun } = await desk.start('ba-be', 'codec', 'lan');
    const meeting = await rooms.create('Giao ban', '600100');
    const participant = { id: 'site-ba-be', role: 'site', kind: 'sip', name: 'Ba Bể' } as const;
    await meeting.dispatch({ verb: 'admit', participant }, 'system');
    await pass(250);
    await vi.waitFor(async () => expect(await desk.find(begun.testId)).toMatchObject({ failure: 'stopped' }));
  });

  test('what runs when the server stops is kept as interrupted', async () => {
    const { test: begun } = await desk.start('ba-be', 'codec', 'lan');
    await desk.close();
    expect(await fixture.store.lineTests.find(begun.testId)).toMatchObject({ failure: 'interrupted' });
  });
});
