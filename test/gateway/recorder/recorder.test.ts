import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leftover } from '../../../gateway/recorder/recorder.ts';

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'recorder-'));
  await mkdir(join(data, 'recordings'));
});
afterAll(() => rm(data, { recursive: true }));

test('what a dead recorder left is what is saved: the last part of it', async () => {
  await writeFile(join(data, 'recordings', 'r1.mp4'), 'first');
  await writeFile(join(data, 'recordings', 'r1-2.mp4'), 'second');
  expect(await leftover(data, 'r1')).toMatchObject({ recordingId: 'r1', status: 'saved', file: 'r1-2.mp4', bytes: 6 });
});

test('nothing left is a recording that failed', async () => {
  expect(await leftover(data, 'r2')).toMatchObject({ status: 'failed', reason: 'nothingReceived' });
});
