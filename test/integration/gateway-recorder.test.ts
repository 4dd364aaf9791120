import { basename } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordingDetailSchema } from '../../server/protocol/recording.ts';
import { obeyed } from '../e2e/centre.ts';
import { enginesOf } from '../load/_cost.ts';
import { sleep } from './engine-peers.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import { complaintsOf, folderOfRecording, partsIn } from './recorded-parts.ts';
import type { Peer } from './server-peers.ts';

const SLOW_MS = 40_000;

let gateway: GatewayProcess;
let desk: Peer;
// A system of its own for each try.
beforeEach(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_RECORDING_MIN_FREE: '0', ROSTRUM_RECORDING_WARN_FREE: '0' });
  ({ desk } = await gateway.open());
}, 60_000);
afterEach(() => gateway.close(), 30_000);

const folder = () => folderOfRecording(gateway, desk);

/** Kills, waits until the recording goes on in its next part, and answers how many ms before the kill are lost. */
async function lostBy(kill: () => unknown): Promise<number> {
  const where = folder();
  const before = (await partsIn(where)).length;
  await sleep(2_500 + Math.random() * 1_000);
  const killedAt = Date.now();
  await kill();
  await until('it goes on in the next part', async () => (await partsIn(where)).length > before, SLOW_MS);
  const part = (await partsIn(where))[before - 1];
  if (!part) throw new Error('the part is gone');
  expect(await complaintsOf(part.file)).toBe('');
  return killedAt - part.to;
}

test('whatever is killed, two seconds are lost at most, and the recording goes on by itself', async () => {
  await obeyed(desk.command({ verb: 'startRecording' }));
  await until('it runs', () => desk.state.recording.status === 'running', SLOW_MS);
  const where = folder();
  const killRecorder = () => process.kill(enginesOf(gateway.pid, 'recorder')[0] ?? 0, 'SIGKILL');
  expect(await lostBy(killRecorder)).toBeLessThan(2_000);
  const killGateway = async () => {
    await gateway.kill('SIGKILL');
    await gateway.resume();
  };
  expect(await lostBy(killGateway)).toBeLessThan(2_000);

  const [, , third] = await partsIn(where);
  await gateway.server.kill('SIGKILL');
  await gateway.server.resume();
  await sleep(2_000);
  const grown = await partsIn(where);
  expect(grown, 'a server that dies ends no part').toHaveLength(3);
  expect(grown[2]?.to).toBeGreaterThan((third?.to ?? 0) + 1_500);

  const killAll = async () => {
    killRecorder();
    await Promise.all([gateway.kill('SIGKILL'), gateway.server.kill('SIGKILL')]);
    await gateway.server.resume();
    await gateway.resume();
  };
  expect(await lostBy(killAll)).toBeLessThan(2_000);

  await until('the desk is back', () => desk.socket.connected, SLOW_MS);
  await obeyed(desk.command({ verb: 'stopRecording' }));
  await until('it is saved', () => desk.state.recording.status === 'off', SLOW_MS);
  const all = await partsIn(where);
  expect(all).toHaveLength(4);
  for (const [index, { from }] of all.entries()) expect(from).toBeGreaterThan(all[index - 1]?.to ?? 0);

  const read = async () => {
    const { json } = await gateway.operator.send('GET', `/api/recordings/${basename(where)}`);
    return recordingDetailSchema.parse(json);
  };
  const { timeline } = await read();
  expect(timeline.parts.map(({ part }) => part)).toEqual([1, 2, 3, 4]);
  expect(timeline.gaps).toHaveLength(3);
  const whole = (all.at(-1)?.to ?? 0) - (all[0]?.from ?? 0);
  expect(Math.abs(timeline.durationMs - whole)).toBeLessThan(2_000);
  await until('it has been looked through', async () => (await read()).files.inspected, SLOW_MS);
}, 180_000);
