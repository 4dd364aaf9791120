import { execFile } from 'node:child_process';
import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newEncryption, seal } from '../../server/recordings/cipher.ts';
import { verifyRecording } from '../../server/recordings/manifest.ts';
import { openS3Storage, type S3Storage } from '../../server/recordings/s3-storage.ts';
import { SwiftServer } from '../contract/swift-server.ts';
import { fabricatePart, writeParts } from '../server/recordings/fabricate.ts';
import { KEYS, openShelf, operator, type Shelf, saved } from '../server/recordings/shelf.ts';
import { until } from './media-fixture.ts';

const DAY_MS = 86_400_000;
const lan = operator.identity;
const command = fileURLToPath(new URL('../../infra/recordings.ts', import.meta.url));
let swift: SwiftServer;
let store: S3Storage;
let shelf: Shelf;
beforeAll(async () => {
  swift = await SwiftServer.start();
}, 60_000);
afterAll(() => swift.close());
beforeEach(async () => {
  store = openS3Storage(swift.settings);
  shelf = await openShelf({ retentionDays: 30, store, localDays: 7 });
});
afterEach(() => shelf.close());

const inspection = {
  ...{ v: 1, durationMs: 10_000, strip: null, silences: [] },
  waveform: { bucketMs: 1_000, peaks: '' },
  loudness: { integratedLufs: -23, rangeLu: 5, peakDbfs: -1 },
};

/** Encrypted, inspected and signed. */
async function record(recordingId: string) {
  const [key] = KEYS;
  if (!key) throw new Error('no key');
  await saved(shelf, recordingId, `Giao ban ${recordingId}`);
  const part = fabricatePart({ keys: KEYS, encrypted: newEncryption(key) });
  await writeParts(shelf.folderOf(recordingId), part);
  const sealed = seal(Buffer.from(JSON.stringify(inspection)), KEYS);
  await writeFile(join(shelf.folderOf(recordingId), 'inspection.json'), sealed);
  await shelf.aftercare.round();
  return part;
}
const onDisk = async () => (await readdir(shelf.folder)).sort();
const stateOf = async (recordingId: string) => {
  const { copiedAt, away } = (await shelf.store.recordings.find(recordingId)) ?? {};
  return { copiedAt, away };
};

test('a recording is copied, verified, taken from the disk, and served, verified and deleted as ever', async () => {
  const part = await record('r1');
  await shelf.relocation?.round();
  expect(await stateOf('r1')).toEqual({ copiedAt: shelf.clock.now, away: false });
  expect(await verifyRecording(store, 'r1', shelf.signingKey)).toEqual({ signature: 'good', faults: [] });
  // As it lies on the disk, and so encrypted.
  expect(await buffer(store.read('r1', part.file))).toEqual(part.bytes);
  const before = await shelf.library.detail(lan, 'r1');
  shelf.clock.now += 7 * DAY_MS - 1;
  await shelf.relocation?.round();
  expect(await onDisk()).toEqual(['r1']);
  shelf.clock.now += 1;
  await shelf.relocation?.round();
  expect([await onDisk(), await stateOf('r1')]).toMatchObject([[], { away: true }]);
  await shelf.aftercare.round();

  expect(await shelf.library.detail(lan, 'r1')).toEqual(before);
  const { text } = await shelf.serving.playlist(lan, 'r1', 'program');
  expect(text).toContain(`files/${part.file}`);
  const served = await shelf.serving.file(lan, 'r1', part.file, 'bytes=33-100');
  expect(served.open && (await buffer(served.open()))).toEqual(part.clear.subarray(33, 101));
  expect(await buffer((await shelf.serving.download(lan, 'r1')).open())).toEqual(part.clear);
  expect(await shelf.serving.inspection(lan, 'r1')).toEqual(inspection);
  const wanted = { who: 'Sở Tài chính', from: 4_100, to: 5_900, expiresAt: shelf.clock.now + 1, watermark: false };
  const { token } = await shelf.annotations.share(operator, 'r1', { ...wanted, download: true });
  const share = await shelf.annotations.openShare(token);
  await expect(shelf.serving.file(share, 'r1', part.file, 'bytes=0-')).rejects.toThrow('notPermitted');
  expect((await shelf.serving.download(share, 'r1')).bytes).toBeLessThan(part.clear.length);

  await shelf.removal.remove(operator, 'r1');
  expect([await openS3Storage(swift.settings).list('r1'), await shelf.store.recordings.unwiped()]).toEqual([[], []]);
});

test('the command verifies what is in the store alone', async () => {
  await record('r2');
  await shelf.relocation?.round();
  shelf.clock.now += 7 * DAY_MS;
  await shelf.relocation?.round();
  expect(await onDisk()).toEqual([]);
  const { endpoint, bucket, accessKey, secretKey } = swift.settings;
  const keyFile = join(shelf.data, 's3-keys');
  await writeFile(keyFile, `${accessKey}\n${secretKey}\n`);
  const env = {
    ...{ ...process.env, ROSTRUM_RECORDING_S3_ENDPOINT: endpoint, ROSTRUM_RECORDING_S3_BUCKET: bucket },
    ROSTRUM_RECORDING_S3_KEY_FILE: keyFile,
  };
  const verify = (...more: string[]) =>
    promisify(execFile)(process.execPath, [command, 'verify', 'r2', '--data', shelf.data, ...more], { env });
  expect((await verify()).stdout).toMatch(/^r2: /);
  await store.put('r2', 'program.1.index.jsonl', 'something else');
  await expect(verify()).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('program.1.index.jsonl: ') });
});

test('what is held stays in both places; what is overdue goes from both', async () => {
  for (const id of ['held', 'old']) await record(id);
  await shelf.relocation?.round();
  await shelf.annotations.change(operator, 'held', { held: true });
  shelf.clock.now += 8 * DAY_MS;
  await shelf.relocation?.round();
  expect(await onDisk()).toEqual(['held']);
  shelf.clock.now += 30 * DAY_MS;
  await shelf.aftercare.round();
  expect((await shelf.library.list(lan)).map(({ recordingId }) => recordingId)).toEqual(['held']);
  expect([await store.list('old'), (await store.list('held')).length]).toEqual([[], 4]);
});

test('what has come there otherwise than it was signed is brought again, and nothing is taken from the disk before', async () => {
  await record('r3');
  await appendFile(join(shelf.folderOf('r3'), 'program.1.index.jsonl'), '{"end":true}\n');
  await shelf.relocation?.round();
  expect(await stateOf('r3')).toEqual({ copiedAt: null, away: false });
  expect(await store.list('r3')).toEqual([]);
  await shelf.happen('r3', { type: 'recordingPartSaved', recordingId: 'r3', durationMs: 1, bytes: 1 });
  await shelf.happen('r3', { type: 'recordingSaved', recordingId: 'r3', durationMs: 1, bytes: 1 });
  await shelf.aftercare.round();
  // What failed waits a minute.
  await shelf.relocation?.round();
  expect((await stateOf('r3')).copiedAt).toBeNull();
  shelf.clock.now += 60_000;
  await shelf.relocation?.round();
  expect((await stateOf('r3')).copiedAt).toBe(shelf.clock.now);
  await store.delete('r3');
  shelf.clock.now += 7 * DAY_MS;
  await shelf.relocation?.round();
  expect([await onDisk(), await stateOf('r3')]).toEqual([['r3'], { copiedAt: null, away: false }]);
});

test('a recording that is deleted while it is being copied is nowhere afterwards', async () => {
  const slow = await openShelf({ store: openS3Storage(swift.settings), bitsPerSecond: 8 });
  const there = shelf;
  shelf = slow;
  await record('r4');
  const round = slow.relocation?.round();
  await until('its first file is there', async () => (await openS3Storage(swift.settings).list('r4')).length > 0);
  await slow.removal.remove(operator, 'r4');
  await round;
  expect(await openS3Storage(swift.settings).list('r4')).toEqual([]);
  expect([await onDisk(), await slow.store.recordings.unwiped(), await swift.unfinished()]).toEqual([[], [], 0]);
  await slow.close();
  shelf = there;
});

test('while the store is away everything on the disk is there, and what is in the store alone is told to be away', async () => {
  await record('gone');
  await shelf.relocation?.round();
  shelf.clock.now += 7 * DAY_MS;
  await shelf.relocation?.round();
  const away = await openShelf({ store: openS3Storage({ ...swift.settings, endpoint: 'http://127.0.0.1:9' }) });
  const there = shelf;
  shelf = away;
  const part = await record('near');
  await away.relocation?.round();
  expect(await stateOf('near')).toEqual({ copiedAt: null, away: false });
  const served = await away.serving.file(lan, 'near', part.file, undefined);
  expect(served.open && (await buffer(served.open()))).toEqual(part.clear);
  await away.store.recordings.copied('near', 1);
  await away.removal.remove(operator, 'near');
  expect(await away.store.recordings.unwiped()).toEqual([{ recordingId: 'near', copied: true }]);
  await saved(away, 'gone', 'Giao ban');
  await away.store.recordings.away('gone');
  await expect(away.library.detail(lan, 'gone')).rejects.toThrow('recordingStoreAway');
  await away.close();
  shelf = there;
  expect((await shelf.library.detail(lan, 'gone')).streams).toHaveLength(1);
});
