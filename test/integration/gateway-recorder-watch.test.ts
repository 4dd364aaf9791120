/** What a recording notices by itself: a clock that is moved, a process that stands still, a room that is empty. */
import { basename } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingDetailSchema } from '../../server/protocol/recording.ts';
import { obeyed } from '../e2e/centre.ts';
import { enginesOf } from '../load/_cost.ts';
import type { Closer } from './engine-leg-peers.ts';
import { sleep } from './engine-peers.ts';
import { Guest } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import { complaintsOf, folderOfRecording, partsIn } from './recorded-parts.ts';
import type { Peer } from './server-peers.ts';

const SLOW_MS = 40_000;
const HOUR_MS = 3_600_000;

let gateway: GatewayProcess;
let desk: Peer;
let site: Guest;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({
    ...{ ROSTRUM_RECORDING_MIN_FREE: '0', ROSTRUM_RECORDING_WARN_FREE: '0' },
    ROSTRUM_RECORDING_EMPTY_MINUTES: '0.05',
  });
  const room = await gateway.open();
  ({ desk } = room);
  site = await Guest.join(closers, gateway, { roomId: room.roomId, id: 'site', kind: 'simulator' });
}, 60_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await gateway.close();
}, 30_000);

const warnings = () => {
  const { recording } = desk.state;
  return recording.status === 'off' ? [] : recording.warnings.map(({ warning }) => warning);
};

test('a moved clock moves nothing; what stands still is late; an empty room ends it', async () => {
  await obeyed(desk.command({ verb: 'startRecording' }));
  await until('it runs', () => desk.state.recording.status === 'running', SLOW_MS);
  const folder = folderOfRecording(gateway, desk);
  const [begun] = await partsIn(folder);
  for (const movedMs of [HOUR_MS, -HOUR_MS, 0]) {
    gateway.moveClock(movedMs);
    await sleep(2_500);
  }
  expect(warnings()).toEqual([]);

  const [recorder = 0] = enginesOf(gateway.pid, 'recorder');
  process.kill(recorder, 'SIGSTOP');
  await until('it is late', () => warnings().includes('late'), SLOW_MS);
  process.kill(recorder, 'SIGCONT');
  await until('it is in time again', () => !warnings().includes('late'), SLOW_MS);
  expect(desk.state.recording.status, 'somebody is there').toBe('running');

  await site.seat.leave();
  await until('it has ended', () => desk.state.recording.status === 'off', SLOW_MS);
  const endedAt = Date.now();
  expect(desk.types().filter((type) => type === 'recordingStopRequested')).toEqual([]);

  const parts = await partsIn(folder);
  expect(parts.map(({ isFinished }) => isFinished)).toEqual([true]);
  expect(await complaintsOf(parts[0]?.file ?? '')).toBe('');
  const { json } = await gateway.operator.send('GET', `/api/recordings/${basename(folder)}`);
  const { timeline } = recordingDetailSchema.parse(json);
  expect(timeline.gaps).toEqual([]);
  expect(Math.abs(timeline.durationMs - (endedAt - (begun?.from ?? 0)))).toBeLessThan(3_000);
}, 120_000);
