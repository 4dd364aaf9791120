import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Aftercare } from './aftercare.ts';
import { Annotations } from './annotations.ts';
import { type RecordingKeys, readKeys } from './cipher.ts';
import { RecordingFolders } from './folder.ts';
import { Library } from './library.ts';
import { openSigningKey } from './manifest.ts';
import type { LogPort, RecordingsPort, ReviewsPort } from './ports.ts';
import { Removal } from './removal.ts';
import { Serving } from './serving.ts';
import { openDiskStorage } from './storage.ts';

interface RecordedParts {
  recordings: RecordingsPort;
  reviews: ReviewsPort;
  log: LogPort;
  /** The data folder, absolute. */
  data: string;
  keyFile?: string;
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
  const storage = openDiskStorage(recordingsFolder(parts.data));
  const folders = new RecordingFolders(storage, () => performance.now());
  const library = new Library({ ...parts, folders });
  const annotations = new Annotations({ ...parts, library });
  const aftercare = new Aftercare({
    ...{ ...parts, folders, storage },
    signingKey: await openSigningKey(signingKeyFile(parts.data)),
  });
  aftercare.start();
  return {
    library,
    serving: new Serving({ library, storage, keys }),
    annotations,
    removal: new Removal({ ...parts, library, annotations, aftercare }),
    close: () => aftercare.close(),
  };
}

export function recordingsFolder(data: string): string {
  return join(data, 'recordings');
}

export function signingKeyFile(data: string): string {
  return join(data, 'recordings-signing-key.pem');
}
