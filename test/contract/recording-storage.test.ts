import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDiskFirst } from '../../server/recordings/disk-first.ts';
import { openS3Storage, type S3Storage } from '../../server/recordings/s3-storage.ts';
import { openDiskStorage, type RecordingStorage } from '../../server/recordings/storage.ts';
import { SwiftServer } from './swift-server.ts';

let swift: SwiftServer;
let store: S3Storage;
let folder: string;
beforeAll(async () => {
  [swift, folder] = await Promise.all([SwiftServer.start(), mkdtemp(join(tmpdir(), 'rostrum-storage-'))]);
  store = openS3Storage(swift.settings);
}, 60_000);
afterAll(async () => {
  store.close();
  await Promise.all([swift.close(), rm(folder, { recursive: true })]);
});

const TWINS: [string, () => RecordingStorage][] = [
  ['disk', () => openDiskStorage(folder)],
  ['store', () => store],
  ['disk before store', () => openDiskFirst(openDiskStorage(join(folder, 'first')), store)],
];

describe.each(TWINS)('recordings on %s', (name, open) => {
  const id = name.replaceAll(' ', '-');
  const read = async (...what: Parameters<RecordingStorage['read']>) => String(await buffer(open().read(...what)));

  test('what is not there is nobody’s fault, but for whoever reads it', async () => {
    expect([await open().list(id), await open().size(id, 'strip-0.jpg')]).toEqual([[], undefined]);
    await expect(read(id, 'strip-0.jpg')).rejects.toThrow();
    await open().delete(id);
  });

  test('a file is listed with its size and read whole or in any range', async () => {
    await open().put(id, 'manifest.json', 'đầu');
    await open().put(id, 'manifest.json', '0123456789');
    await open().put(id, 'program.1.index.jsonl', '');
    const listed = (await open().list(id)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(listed).toEqual([
      { name: 'manifest.json', bytes: 10 },
      { name: 'program.1.index.jsonl', bytes: 0 },
    ]);
    expect(await open().size(id, 'manifest.json')).toBe(10);
    expect(await read(id, 'manifest.json')).toBe('0123456789');
    expect(await read(id, 'manifest.json', { first: 3, last: 5 })).toBe('345');
    expect(await read(id, 'manifest.json', { first: 9, last: 9 })).toBe('9');
    expect(await read(id, 'manifest.json', { first: 4, last: 3 })).toBe('');
    expect(await read(id, 'program.1.index.jsonl')).toBe('');
  });

  test('no name leads elsewhere', async () => {
    for (const [recording, file] of [
      ['..', 'manifest.json'],
      [id, '../manifest.json'],
      [id, 'a/b'],
      ['', 'x'],
    ] as const) {
      await expect((async () => read(recording, file))()).rejects.toThrow(RangeError);
      await expect((async () => open().put(recording, file, 'x'))()).rejects.toThrow(RangeError);
    }
  });

  test('one recording is deleted with everything in it, and no other', async () => {
    await open().put(`${id}-2`, 'manifest.json', 'x');
    for (let i = 0; i < 2; i += 1) await open().delete(id);
    expect([await open().list(id), await open().size(id, 'manifest.json')]).toEqual([[], undefined]);
    expect(await open().list(`${id}-2`)).toHaveLength(1);
  });
});

describe('an upload', () => {
  const bytes = randomBytes(11 * 1024 * 1024 + 77);
  const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  const file = (afterEach: () => Promise<void>) => {
    const asked: number[] = [];
    const read = async ({ first, last }: { first: number; last: number }) => {
      asked.push(first);
      return bytes.subarray(first, last + 1);
    };
    return { asked, bytes: bytes.length, read, pause: afterEach };
  };

  test('that was broken off goes on where it was', async () => {
    let sent = 0;
    const broken = file(async () => {
      sent += 1;
      if (sent === 2) throw new Error('the server stops');
    });
    await expect(store.upload('up', 'program.1.mp4', broken)).rejects.toThrow('the server stops');
    expect([await store.size('up', 'program.1.mp4'), await swift.unfinished()]).toEqual([undefined, 1]);
    const again = openS3Storage(swift.settings);
    const rest = file(async () => undefined);
    await again.upload('up', 'program.1.mp4', rest);
    expect(broken.asked.slice(0, 2)).toEqual([0, 5 * 1024 * 1024]);
    expect(rest.asked).toEqual([10 * 1024 * 1024]);
    expect(sha256(await buffer(again.read('up', 'program.1.mp4')))).toBe(sha256(bytes));
    const range = { first: 5 * 1024 * 1024 - 9, last: 5 * 1024 * 1024 + 9 };
    expect(await buffer(again.read('up', 'program.1.mp4', range))).toEqual(bytes.subarray(range.first, range.last + 1));
    expect(await swift.unfinished()).toBe(0);
    again.close();
  });

  test('that never ended leaves nothing once its recording is deleted', async () => {
    const broken = file(async () => Promise.reject(new Error('gone')));
    await expect(store.upload('left', 'program.1.mp4', broken)).rejects.toThrow('gone');
    await store.delete('left');
    expect(await swift.unfinished()).toBe(0);
  });
});

test('a store that does not answer is away; one that does not know us is not', async () => {
  const away = openS3Storage({ ...swift.settings, endpoint: 'http://127.0.0.1:9' });
  await expect(away.list('r1')).rejects.toThrow('recordingStoreAway');
  await expect(buffer(away.read('r1', 'manifest.json'))).rejects.toThrow('recordingStoreAway');
  const stranger = openS3Storage({ ...swift.settings, secretKey: 'wrong' });
  await expect(stranger.put('r1', 'manifest.json', 'x')).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  for (const one of [away, stranger]) one.close();
});
