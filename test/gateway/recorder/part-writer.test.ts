import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nextPart, PartWriter } from '../../../gateway/recorder/part-writer.ts';
import { cipherAt, readKeys } from '../../../server/recordings/cipher.ts';
import { parseIndex } from '../../../server/recordings/part-index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-'));
});
afterAll(() => rm(folder, { recursive: true }));

const about = { stream: 'program', kind: 'program', container: 'mp4', keys: [] } as const;
const init = {
  piece: 'init',
  bytes: Buffer.from('beginning'),
  codecs: 'avc1.42e01f',
  width: 640,
  height: 360,
} as const;
const fragment = (text: string, at: number) =>
  ({ piece: 'fragment', bytes: Buffer.from(text), at, ms: 500, key: at === 0 }) as const;

test('the index tells of what is there, and at the end its sum', async () => {
  const writer = new PartWriter({ ...about, folder, part: await nextPart(folder, 'program') });
  await writer.write(init, 5000);
  await writer.write(fragment('first', 0), 0);
  await writer.write(fragment('second', 500), 0);
  expect(writer.written).toEqual({ durationMs: 1000, bytes: 20 });
  await writer.finish();
  const content = await readFile(join(folder, 'program.1.mp4'));
  expect(String(content)).toBe('beginningfirstsecond');
  const index = parseIndex(await readFile(join(folder, 'program.1.index.jsonl'), 'utf8'));
  expect(index?.header).toMatchObject({ startedAt: 5000, width: 640, init: { offset: 0, bytes: 9 } });
  expect(index?.fragments).toMatchObject([
    { at: 0, ms: 500, offset: 9, bytes: 5, key: true },
    { at: 500, ms: 500, offset: 14, bytes: 6, key: false },
  ]);
  expect(index?.end?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
});

test('a part is never written over another', async () => {
  expect(await nextPart(folder, 'program')).toBe(2);
  expect(await nextPart(folder, 'content')).toBe(1);
  const writer = new PartWriter({ ...about, folder, part: 1 });
  await expect(writer.write(init, 0)).rejects.toThrow('EEXIST');
  await writer.close();
});

test('with a key nothing of it can be read without, and any range with', async () => {
  const keys = readKeys(randomBytes(32).toString('base64'));
  const writer = new PartWriter({ ...about, folder, part: 9, keys });
  await writer.write(init, 0);
  await writer.write(fragment('a secret that is longer than a block', 0), 0);
  await writer.finish();
  const stored = await readFile(join(folder, 'program.9.mp4'));
  expect(stored.includes('secret')).toBe(false);
  const index = parseIndex(await readFile(join(folder, 'program.9.index.jsonl'), 'utf8'));
  const encrypted = index?.header.encrypted;
  if (!encrypted) throw new Error('not encrypted');
  expect(String(cipherAt(encrypted, keys, 11).update(stored.subarray(11, 17)))).toBe('secret');
});
