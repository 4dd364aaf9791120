/** Recording onto a real disk that fills: warned of, refused, and never anything on it that cannot be played. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PartWriter } from '../../gateway/recorder/part-writer.ts';
import { parseIndex } from '../../server/recordings/part-index.ts';
import { obeyed } from '../e2e/centre.ts';
import { closeAfterEach } from './closers.ts';
import { scratchFolder } from './engine-peers.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import { complaintsOf, folderOfRecording, partsIn } from './recorded-parts.ts';
import type { Peer } from './server-peers.ts';

const run = promisify(execFile);
const closers = closeAfterEach();
const SLOW_MS = 40_000;
const MEGABYTE = 1_000_000;

/** A disk of its own; only root can make one. */
async function mount(folder: string, bytes: number): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  return async () => void (await run('umount', ['--lazy', folder]));
}

let gateway: GatewayProcess;
let desk: Peer;
let disk: string;
let unmount: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const [warn, min] = [20, 10].map((megabytes) => String(megabytes / 1000));
  gateway = await GatewayProcess.start({
    ROSTRUM_RECORDING_WARN_FREE: warn ?? '',
    ROSTRUM_RECORDING_MIN_FREE: min ?? '',
  });
  disk = join(gateway.server.folder, 'recordings');
  unmount = await mount(disk, 40 * MEGABYTE);
  ({ desk } = await gateway.open());
}, 60_000);
afterAll(async () => {
  await gateway.close().catch(() => undefined);
  await unmount?.();
  await rm(gateway.server.folder, { recursive: true, force: true });
}, 30_000);

/** Leaves so much of the disk free, about. */
async function leaveFree(megabytes: number): Promise<void> {
  const filler = join(disk, 'filler');
  await writeFile(filler, '', { flag: 'a' });
  await truncate(filler, 0);
  await writeFile(filler, Buffer.alloc((40 - megabytes) * MEGABYTE));
}

const warnings = () => {
  const { recording } = desk.state;
  return recording.status === 'off' ? [] : recording.warnings.map(({ warning }) => warning);
};

test('a disk that fills is warned of, then waited for; the recording goes on when there is room', async () => {
  await obeyed(desk.command({ verb: 'startRecording' }));
  await until('it runs', () => desk.state.recording.status === 'running', SLOW_MS);
  const folder = folderOfRecording(gateway, desk);
  expect(warnings()).toEqual([]);
  await leaveFree(15);
  await until('it is warned of', () => warnings().includes('diskLow'), SLOW_MS);
  const begun = await partsIn(folder);
  expect(
    begun.map(({ isFinished }) => isFinished),
    'it goes on',
  ).toEqual([false]);

  await leaveFree(5);
  await until('the part is finished', async () => (await partsIn(folder))[0]?.isFinished === true, SLOW_MS);
  expect(desk.state.recording.status).toBe('running');
  await leaveFree(30);
  await until('the next part is there', async () => (await partsIn(folder)).length === 2, SLOW_MS);
  await until('it is well again', () => !warnings().includes('diskLow'), SLOW_MS);
  await obeyed(desk.command({ verb: 'stopRecording' }));
  await until('it is saved', () => desk.state.recording.status === 'off', SLOW_MS);
  const parts = await partsIn(folder);
  expect(parts.map(({ isFinished }) => isFinished)).toEqual([true, true]);
  for (const { file } of parts) expect(await complaintsOf(file, 'error')).toBe('');
}, 120_000);

test('where there is too little nothing is begun, and the centre is told', async () => {
  await leaveFree(5);
  await obeyed(desk.command({ verb: 'startRecording' }));
  await until('it is refused', () => desk.types().includes('recordingFailed'), SLOW_MS);
  expect(desk.state.recording.status).toBe('off');
  const told = desk.events.map(({ logged }) => logged.event).findLast(({ type }) => type === 'recordingFailed');
  expect(told).toMatchObject({ reason: 'diskFull' });
}, 60_000);

test('a write for which there is no room leaves no trace', async () => {
  const folder = scratchFolder();
  closers.push(() => rm(folder, { recursive: true, force: true }));
  closers.push(await mount(folder, 1_048_576));
  const about = { stream: 'program', kind: 'program', container: 'mp4', folder, keys: [] } as const;
  const writer = new PartWriter({ ...about, part: 1 });
  await writer.write({ piece: 'init', bytes: Buffer.alloc(1000), codecs: 'avc1.42e01f' }, 1);
  const fragment = (at: number) => ({
    piece: 'fragment' as const,
    bytes: Buffer.alloc(150_000, at + 1),
    at,
    ms: 1,
    key: true,
  });
  let written = 0;
  const fill = async () => {
    for (;;) {
      await writer.write(fragment(written), 1);
      written += 1;
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC' });
  await writer.close();
  expect(written).toBeGreaterThan(3);
  const index = parseIndex(await readFile(join(folder, 'program.1.index.jsonl'), 'utf8'));
  expect(index?.fragments).toHaveLength(written);
  const content = await readFile(join(folder, 'program.1.mp4'));
  expect(content.length).toBe(1000 + written * 150_000);

  // There is no room for a beginning either: nothing of the next part is left.
  await writeFile(join(folder, 'filler'), Buffer.alloc(2_000_000)).catch(() => undefined);
  const next = new PartWriter({ ...about, part: 2 });
  const begin = next.write({ piece: 'init', bytes: Buffer.alloc(1000), codecs: 'avc1.42e01f' }, 1);
  await expect(begin).rejects.toMatchObject({ code: 'ENOSPC' });
  await next.close();
  expect((await readdir(folder)).filter((name) => name.startsWith('program.2'))).toEqual([]);
});
