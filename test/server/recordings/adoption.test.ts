import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adoptFiles } from '../../../server/recordings/adoption.ts';
import { verifyRecording } from '../../../server/recordings/manifest.ts';
import { openShelf, operator, type Shelf, START } from './shelf.ts';

let shelf: Shelf;
beforeEach(async () => {
  shelf = await openShelf();
  await mkdir(shelf.folder, { recursive: true });
});
afterEach(() => shelf.close());

test('a recording of one file gets a folder, is served as it was, signed once, and deleted', async () => {
  const identity = operator.identity;
  await shelf.happen(
    'giao-ban',
    { type: 'meetingOpened', roomId: 'giao-ban', title: 'Giao ban' },
    { type: 'recordingSaved', recordingId: 'x', file: 'old-one.mp4', durationMs: 5_000, bytes: 8 },
  );
  await writeFile(join(shelf.folder, 'old-one.mp4'), '12345678');
  for (let start = 0; start < 2; start += 1) await adoptFiles(shelf.folder, await shelf.store.recordings.list());
  expect(await readdir(shelf.folder)).toEqual(['old-one']);
  const ask = (range?: string) => shelf.serving.earlierFile(identity, 'old-one', range);
  const { open, size, range } = await ask('bytes=2-4');
  expect([open && String(await buffer(open())), size, range]).toEqual(['345', 8, { first: 2, last: 4 }]);
  expect((await ask('bytes=99-')).open).toBeNull();
  expect(String(await buffer((await shelf.serving.download(identity, 'old-one')).open()))).toBe('12345678');
  await expect(shelf.serving.download(identity, 'old-one', { stretch: { from: 0, to: 1 } })).rejects.toThrow(
    'recordingUnknown',
  );

  await shelf.aftercare.round();
  shelf.clock.now = START + 99_000;
  await shelf.aftercare.round();
  expect(await verifyRecording(shelf.storage, 'old-one', shelf.signingKey)).toEqual({ signature: 'good', faults: [] });
  const { signedAt } = JSON.parse(await readFile(join(shelf.folder, 'old-one', 'manifest.json'), 'utf8'));
  expect(signedAt).toBe(START);
  expect((await shelf.library.list(identity))[0]).toMatchObject({ form: 'file', encrypted: false });
  await shelf.removal.remove(operator, 'old-one');
  expect(await readdir(shelf.folder)).toEqual([]);
});
