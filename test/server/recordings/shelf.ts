import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { RoomEvent } from '../../../server/protocol/events.ts';
import type { RecordingIdentity } from '../../../server/protocol/stored-recording.ts';
import { Aftercare } from '../../../server/recordings/aftercare.ts';
import { Annotations } from '../../../server/recordings/annotations.ts';
import { type RecordingKeys, readKeys } from '../../../server/recordings/cipher.ts';
import { openDiskFirst } from '../../../server/recordings/disk-first.ts';
import { RecordingFolders } from '../../../server/recordings/folder.ts';
import { Library } from '../../../server/recordings/library.ts';
import { openSigningKey } from '../../../server/recordings/manifest.ts';
import { Relocation } from '../../../server/recordings/relocation.ts';
import { Removal } from '../../../server/recordings/removal.ts';
import type { S3Storage } from '../../../server/recordings/s3-storage.ts';
import { Serving } from '../../../server/recordings/serving.ts';
import { openDiskStorage } from '../../../server/recordings/storage.ts';
import { openEmbeddedStore } from '../../../server/store/index.ts';

export const START = 1_767_574_800_000;
export const KEYS: RecordingKeys = readKeys(Buffer.alloc(32, 9).toString('base64'));
export const operator = { identity: { as: 'operator', username: 'lan' } as RecordingIdentity, ip: '10.0.0.1' };

interface Wanted {
  retentionDays?: number;
  keys?: RecordingKeys;
  /** A store of objects, and how long what is there stays on the disk. */
  store?: S3Storage;
  localDays?: number;
  bitsPerSecond?: number;
  isBusy?: () => boolean;
}

/** Recordings on a real disk and in a real database, with a clock of the test's. */
export async function openShelf({
  retentionDays = 0,
  keys = KEYS,
  store: s3,
  localDays = 0,
  bitsPerSecond = 0,
  isBusy = () => false,
}: Wanted = {}) {
  const data = await mkdtemp(join(tmpdir(), 'rostrum-shelf-'));
  const store = await openEmbeddedStore(data);
  const folder = join(data, 'recordings');
  const disk = openDiskStorage(folder);
  const storage = s3 ? openDiskFirst(disk, s3) : disk;
  const clock = { now: START };
  const now = () => clock.now;
  let looks = 0;
  // Each look at the disk is a new one.
  const folders = new RecordingFolders(storage, () => (looks += 1_000));
  const signingKey = await openSigningKey(join(data, 'key.pem'));
  const parts = { ...store, folders, storage, signingKey, retentionDays, now, logger: pino({ level: 'silent' }) };
  const library = new Library({ ...parts, hasStore: s3 !== undefined, isBusy });
  const annotations = new Annotations({ ...parts, library });
  const relocation = s3 && new Relocation({ ...parts, disk, store: s3, localDays, bitsPerSecond });
  const aftercare = new Aftercare({ ...parts, ...(relocation ? { relocation } : {}) });
  const seqs = new Map<string, number>();

  /** Stored with the time of the clock. */
  async function happen(roomId: string, ...events: RoomEvent[]): Promise<void> {
    if (!seqs.has(roomId)) await store.log.reserve(roomId);
    const epoch = await store.log.claim(roomId);
    const expectedSeq = seqs.get(roomId) ?? 0;
    const logged = events.map((event, i) => ({
      seq: expectedSeq + i + 1,
      at: clock.now,
      by: 'system' as const,
      event,
    }));
    await store.log.append({ roomId, epoch, expectedSeq, events: logged });
    seqs.set(roomId, expectedSeq + events.length);
  }

  return {
    ...{ data, store, folder, storage, clock, signingKey, library, annotations, aftercare, relocation, happen },
    serving: new Serving({ library, storage, keys }),
    removal: new Removal({ ...parts, library, annotations, aftercare }),
    folderOf: (recordingId: string) => join(folder, recordingId),
    async close() {
      await aftercare.close();
      await relocation?.close();
      await store.close();
      await rm(data, { recursive: true });
    },
  };
}
export type Shelf = Awaited<ReturnType<typeof openShelf>>;

/** A meeting whose recording was saved; its parts are the caller's. */
export async function saved(shelf: Shelf, recordingId: string, title: string, roomId = recordingId): Promise<void> {
  const about = { recordingId, durationMs: 10_000, bytes: 100 };
  await shelf.happen(
    roomId,
    { type: 'meetingOpened', roomId, title },
    { type: 'recordingRequested', recordingId, tracks: 'none', content: false },
    { type: 'recordingStarted', recordingId },
    { type: 'recordingSaved', ...about },
  );
}
