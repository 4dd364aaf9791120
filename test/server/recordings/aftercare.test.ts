import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSigningKey, verifyRecording } from '../../../server/recordings/manifest.ts';
import { fabricatePart, writeParts } from './fabricate.ts';
import { openShelf, operator, type Shelf, START, saved } from './shelf.ts';

const DAY_MS = 86_400_000;
let shelf: Shelf;
beforeEach(async () => {
  shelf = await openShelf({ retentionDays: 30 });
});
afterEach(() => shelf.close());

async function record(recordingId: string): Promise<void> {
  await saved(shelf, recordingId, `Giao ban ${recordingId}`);
  await writeParts(shelf.folderOf(recordingId), fabricatePart(), fabricatePart({ part: 2, startedAt: START + 60_000 }));
}

test('after the stop its length is what is on disk, its chapters are found, and it is signed', async () => {
  await record('r1');
  await shelf.aftercare.round();
  expect(await shelf.library.list(operator.identity)).toMatchObject([
    { recordingId: 'r1', durationMs: 70_000, status: 'saved' },
  ]);
  expect(await verifyRecording(shelf.storage, 'r1', shelf.signingKey)).toEqual({ signature: 'good', faults: [] });
  expect(await shelf.store.recordings.uncared()).toEqual([]);
});

test('sites and chapters are found, a speaker once where he spoke first', async () => {
  const site = { id: 'dak-nong', role: 'site', kind: 'sip', name: 'Đắk Nông', presence: 'present' } as const;
  const since = { joinedAt: 0, presenceSince: 0, sources: [], gate: 'closed' as const, muted: false };
  await shelf.happen(
    'r1',
    { type: 'meetingOpened', roomId: 'r1', title: 'Giao ban' },
    { type: 'participantJoined', participant: { ...site, ...since } },
    { type: 'recordingStarted', recordingId: 'r1' },
  );
  for (const second of [2, 6]) {
    shelf.clock.now = START + second * 1_000;
    await shelf.happen('r1', { type: 'microphoneOpened', participantId: 'dak-nong' });
    shelf.clock.now += 1_000;
    await shelf.happen('r1', { type: 'microphoneClosed', participantId: 'dak-nong', reason: 'closed' });
  }
  await shelf.happen('r1', { type: 'recordingSaved', recordingId: 'r1', durationMs: 1, bytes: 1 });
  await writeParts(shelf.folderOf('r1'), fabricatePart());
  await shelf.aftercare.round();
  expect(await shelf.library.list(operator.identity, 'dak nong')).toMatchObject([
    {
      found: [
        { in: 'site', text: 'Đắk Nông' },
        { in: 'chapter', text: 'Đắk Nông', at: 2_000 },
      ],
    },
  ]);
});

test('a recording of which nothing came to the disk is in no list', async () => {
  await shelf.happen('r1', { type: 'meetingOpened', roomId: 'r1', title: 'Trống' });
  await shelf.happen('r1', { type: 'recordingStarted', recordingId: 'r1' });
  await shelf.happen('r1', { type: 'recordingFailed', recordingId: 'r1', reason: 'engineExited' });
  await saved(shelf, 'r2', 'Đĩa chưa gắn');
  await shelf.aftercare.round();
  const listed = await shelf.library.list(operator.identity);
  // What was saved is not forgotten because its disk is not there.
  expect(listed.map(({ recordingId }) => recordingId)).toEqual(['r2']);
});

test('whatever is changed, added or taken away is told, and by whom it was signed', async () => {
  await record('r1');
  await shelf.aftercare.round();
  const verify = async () => (await verifyRecording(shelf.storage, 'r1', shelf.signingKey)).faults;
  await appendFile(join(shelf.folderOf('r1'), 'program.1.mp4'), 'x');
  await writeFile(join(shelf.folderOf('r1'), 'program.3.mp4'), 'x');
  await writeFile(join(shelf.folderOf('r1'), 'strip.jpg'), 'drawn later');
  await rm(join(shelf.folderOf('r1'), 'program.2.index.jsonl'));
  expect(await verify()).toEqual([
    { file: 'program.1.mp4', fault: 'changed' },
    { file: 'program.2.index.jsonl', fault: 'missing' },
    { file: 'program.3.mp4', fault: 'added' },
  ]);
  const another = await openSigningKey(join(shelf.data, 'another.pem'));
  expect((await verifyRecording(shelf.storage, 'r1', another)).signature).toBe('foreign');
  expect((await verifyRecording(shelf.storage, 'r2')).signature).toBe('missing');
  const manifest = JSON.parse(await shelf.storage.read('r1', 'manifest.json').toArray().then(String));
  for (const forged of [{ ...manifest, signedAt: 1 }, { ...manifest, publicKey: 'AAAA' }, { v: 1 }]) {
    await shelf.storage.put('r1', 'manifest.json', JSON.stringify(forged));
    expect((await verifyRecording(shelf.storage, 'r1')).signature).toBe('bad');
  }
});

test('a recording goes when its time has come, unless it is held or was decided on', async () => {
  for (const id of ['old', 'held', 'kept']) await record(id);
  await shelf.aftercare.round();
  await shelf.annotations.change(operator, 'held', { held: true });
  await shelf.annotations.change(operator, 'kept', { keepUntil: null });
  shelf.clock.now = START + 31 * DAY_MS;
  await record('young');
  await shelf.aftercare.round();
  const left = async () => (await shelf.library.list(operator.identity)).map(({ recordingId }) => recordingId).sort();
  expect(await left()).toEqual(['held', 'kept', 'young']);
  expect((await readdir(shelf.folder)).sort()).toEqual(['held', 'kept', 'young']);
  const acts = await shelf.store.reviews.acts('old', 10);
  expect(acts).toEqual([{ at: shelf.clock.now, by: 'system', act: 'expired', detail: 'Giao ban old' }]);

  await shelf.annotations.change(operator, 'held', { held: false });
  await shelf.annotations.change(operator, 'kept', { keepUntil: 'byRule' });
  await shelf.aftercare.round();
  expect(await left()).toEqual(['young']);
});

test('nobody deletes what is held or is being recorded; what is deleted is gone with all that was written on it', async () => {
  await record('r1');
  await shelf.annotations.comment(operator, 'r1', { at: 1_000, text: 'Xem lại' });
  await shelf.annotations.change(operator, 'r1', { held: true });
  await expect(shelf.removal.remove(operator, 'r1')).rejects.toThrow('recordingHeld');
  await shelf.annotations.change(operator, 'r1', { held: false });
  await shelf.happen(
    'live',
    { type: 'meetingOpened', roomId: 'live', title: 'Đang họp' },
    {
      type: 'recordingStarted',
      recordingId: 'r2',
    },
  );
  await expect(shelf.removal.remove(operator, 'r2')).rejects.toThrow('recordingRunning');
  await shelf.removal.remove(operator, 'r1');
  expect(await shelf.store.reviews.comments('r1')).toEqual([]);
  expect(await shelf.store.recordings.unwiped()).toEqual([]);
  expect(await readdir(shelf.folder)).toEqual([]);
  await expect(shelf.library.detail(operator.identity, 'r1')).rejects.toThrow('recordingUnknown');
  const acts = (await shelf.store.reviews.acts('r1', 10)).map(({ act, by, ip }) => [act, by, ip]);
  expect(acts.map(([act]) => act).sort()).toEqual(['commented', 'deleted', 'held', 'released']);
  expect(acts.every(([, by, ip]) => by === 'lan' && ip === '10.0.0.1')).toBe(true);
});
