import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseIndex, playable } from '../../server/recordings/part-index.ts';
import { obeyed } from '../e2e/centre.ts';
import { enginesOf } from '../load/_cost.ts';
import { sleep } from './engine-peers.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import type { Peer } from './server-peers.ts';

const run = promisify(execFile);
const SLOW_MS = 40_000;

let gateway: GatewayProcess;
let desk: Peer;
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_RECORDING_MIN_FREE: '0', ROSTRUM_RECORDING_WARN_FREE: '0' });
  ({ desk } = await gateway.open());
}, 60_000);
afterAll(() => gateway.close(), 30_000);

function folder(): string {
  const { recording } = desk.state;
  if (recording.status === 'off') throw new Error('nothing is recorded');
  return join(gateway.server.folder, 'recordings', recording.id);
}

/** Each part of the program: when it begins and how far it can be played, in ms since 1970. */
async function partsIn(where: string): Promise<{ file: string; from: number; to: number }[]> {
  const names = (await readdir(where).catch(() => [])).filter((name) => /^program.*\.jsonl$/.test(name));
  const parts = await Promise.all(
    names.map(async (name) => {
      const index = parseIndex(await readFile(join(where, name), 'utf8'));
      const file = join(where, name.replace('index.jsonl', 'mp4'));
      const fragments = index ? playable(index, (await stat(file)).size) : [];
      const last = fragments.at(-1);
      const from = index?.header.startedAt ?? 0;
      return { file, from, to: from + (last ? last.at + last.ms : 0) };
    }),
  );
  return parts.filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from);
}

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
  const { stderr } = await run('ffmpeg', ['-v', 'fatal', '-i', part.file, '-f', 'null', '-']);
  expect(stderr).toBe('');
  return killedAt - part.to;
}

test('whatever is killed, two seconds are lost at most, and the recording goes on by itself', async () => {
  await obeyed(desk.command({ verb: 'startRecording' }));
  await until('it runs', () => desk.state.recording.status === 'running', SLOW_MS);
  const where = folder();
  const killJob = (job: string) => () => process.kill(enginesOf(gateway.pid, job)[0] ?? 0, 'SIGKILL');
  expect(await lostBy(killJob('recorder'))).toBeLessThan(2_000);
  const killGateway = async () => {
    await gateway.kill('SIGKILL');
    await gateway.resume();
  };
  expect(await lostBy(killGateway)).toBeLessThan(2_000);

  await until('the composer draws', () => enginesOf(gateway.pid, 'picture').length > 0, SLOW_MS);
  const parts = (await partsIn(where)).length;
  killJob('picture')();
  await sleep(3_000);
  expect(await partsIn(where), 'a composer that dies ends no part').toHaveLength(parts);

  await obeyed(desk.command({ verb: 'stopRecording' }));
  await until('it is saved', () => desk.state.recording.status === 'off', SLOW_MS);
  const all = await partsIn(where);
  expect(all).toHaveLength(3);
  for (const [index, { from }] of all.entries()) expect(from).toBeGreaterThan(all[index - 1]?.to ?? 0);
}, 180_000);
