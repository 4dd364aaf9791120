import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PartWriter } from '../../../gateway/recorder/part-writer.ts';
import { leftover } from '../../../gateway/recorder/recorder.ts';

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'recorder-'));
});
afterAll(() => rm(data, { recursive: true }));

async function writePart(stream: 'program' | 'track-a', part: number, fragments: number): Promise<string> {
  const folder = join(data, 'recordings', 'r1');
  const kind = stream === 'program' ? 'program' : 'track';
  const writer = new PartWriter({ folder, container: 'mp4', part, keys: [], stream, kind });
  await writer.write({ piece: 'init', bytes: Buffer.alloc(10), codecs: 'mp4a.40.2' }, 1000);
  for (let at = 0; at < fragments; at += 1)
    await writer.write({ piece: 'fragment', bytes: Buffer.alloc(100), at: at * 500, ms: 500, key: true }, 0);
  await writer.close();
  return join(folder, `${stream}.${part}.mp4`);
}

test('what a dead recorder left is what is saved: all parts, as far as they are on disk', async () => {
  await writePart('program', 1, 4);
  const torn = await writePart('program', 2, 3);
  await truncate(torn, 250);
  await writePart('track-a', 1, 1);
  const report = await leftover(data, 'r1');
  expect(report).toMatchObject({ recordingId: 'r1', status: 'saved', durationMs: 3000, bytes: 410 + 210 + 110 });
});

test('nothing left is a recording that failed', async () => {
  expect(await leftover(data, 'r2')).toMatchObject({ status: 'failed', reason: 'nothingReceived' });
});
