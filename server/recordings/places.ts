import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingStoreSettings } from '../settings/recording-store-settings.ts';
import { openDiskFirst } from './disk-first.ts';
import type { S3Storage } from './s3-storage.ts';
import { openDiskStorage, type RecordingStorage } from './storage.ts';

/** Where recordings lie. Whoever opened it closes `store`. */
export interface Places {
  disk: RecordingStorage;
  store?: S3Storage;
  /** Wherever they are. */
  storage: RecordingStorage;
}

/** Rejects when the file with the store's keys cannot be read. */
export async function openPlaces(data: string, settings?: RecordingStoreSettings): Promise<Places> {
  const disk = openDiskStorage(recordingsFolder(data));
  if (!settings) return { disk, storage: disk };
  const keys = 'file' in settings.keys ? readStoreKeys(await readFile(settings.keys.file, 'utf8')) : settings.keys;
  // Its client is large: whoever has no store does not load it.
  const { openS3Storage } = await import('./s3-storage.ts');
  const store = openS3Storage({ ...settings, ...keys });
  return { disk, store, storage: openDiskFirst(disk, store) };
}

export function recordingsFolder(data: string): string {
  return join(data, 'recordings');
}

/** Of a file of two lines. Throws `RangeError` without quoting any of it. */
function readStoreKeys(text: string): { accessKey: string; secretKey: string } {
  const [accessKey, secretKey] = text.split('\n').map((line) => line.trim());
  if (!accessKey || !secretKey) throw new RangeError('the file of the store’s keys has two lines: access key, secret');
  return { accessKey, secretKey };
}
