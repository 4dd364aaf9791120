import { Readable } from 'node:stream';
import type { ByteRange } from './ranges.ts';
import type { RecordingStorage } from './storage.ts';

/**
 * Recordings that are written to the disk and may later be in a store alone. What has a folder on the disk is there as a
 * whole: the store is asked for the others only, so that it may be away while meetings are recorded.
 */
export function openDiskFirst(disk: RecordingStorage, store: RecordingStorage): RecordingStorage {
  async function* readEither(recordingId: string, name: string, range: ByteRange | undefined) {
    const isOnDisk = (await disk.size(recordingId, name)) !== undefined;
    yield* (isOnDisk ? disk : store).read(recordingId, name, range);
  }
  return {
    async list(recordingId) {
      const files = await disk.list(recordingId);
      return files.length > 0 ? files : store.list(recordingId);
    },
    async size(recordingId, name) {
      const isOnDisk = (await disk.list(recordingId)).length > 0;
      return (isOnDisk ? disk : store).size(recordingId, name);
    },
    read: (recordingId, name, range) => Readable.from(readEither(recordingId, name, range), { objectMode: false }),
    put: (recordingId, name, content) => disk.put(recordingId, name, content),
    async delete(recordingId) {
      // What can go goes at once, whether the store answers or not.
      await disk.delete(recordingId);
      await store.delete(recordingId);
    },
  };
}
