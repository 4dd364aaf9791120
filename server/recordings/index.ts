import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordingStoreSettings } from '../settings/recording-store-settings.ts';
import { adoptFiles } from './adoption.ts';
import { Aftercare } from './aftercare.ts';
import { Annotations } from './annotations.ts';
import { type RecordingKeys, readKeys } from './cipher.ts';
import { RecordingFolders } from './folder.ts';
import { Library } from './library.ts';
import { openSigningKey } from './manifest.ts';
import { openPlaces, recordingsFolder } from './places.ts';
import type { LogPort, RecordingsPort, ReviewsPort } from './ports.ts';
import { Relocation } from './relocation.ts';
import { Removal } from './removal.ts';
import { Serving } from './serving.ts';

interface RecordedParts {
  recordings: RecordingsPort;
  reviews: ReviewsPort;
  log: LogPort;
  /** The data folder, absolute. */
  data: string;
  keyFile?: string;
  /** Besides the disk. */
  store?: RecordingStoreSettings;
  /** A meeting is under way. */
  isBusy: () => boolean;
  retentionDays: number;
  logger: Logger;
  now: () => number;
}

/** Everything about what was recorded. */
export interface Recorded {
  library: Library;
  serving: Serving;
  annotations: Annotations;
  removal: Removal;
  close(): Promise<void>;
}

/** Begins to care for recordings at once. Rejects when the keys cannot be read. */
export async function openRecorded(parts: RecordedParts): Promise<Recorded> {
  const keys: RecordingKeys = parts.keyFile ? readKeys(await readFile(parts.keyFile, 'utf8')) : [];
  const { disk, store, storage } = await openPlaces(parts.data, parts.store);
  await adoptFiles(recordingsFolder(parts.data), await parts.recordings.list());
  const folders = new RecordingFolders(storage, () => performance.now());
  const library = new Library({ ...parts, folders, hasStore: store !== undefined });
  const annotations = new Annotations({ ...parts, library });
  const signingKey = await openSigningKey(signingKeyFile(parts.data));
  const { localDays = 0, bitsPerSecond = 0 } = parts.store ?? {};
  const relocation = store && new Relocation({ ...parts, disk, store, signingKey, localDays, bitsPerSecond });
  const aftercare = new Aftercare({ ...parts, folders, storage, signingKey, ...(relocation ? { relocation } : {}) });
  aftercare.start();
  relocation?.start();
  return {
    library,
    serving: new Serving({ library, storage, keys }),
    annotations,
    removal: new Removal({ ...parts, library, annotations, aftercare }),
    async close() {
      await Promise.all([aftercare.close(), relocation?.close()]);
    },
  };
}

export { recordingsFolder } from './places.ts';

export function signingKeyFile(data: string): string {
  return join(data, 'recordings-signing-key.pem');
}
