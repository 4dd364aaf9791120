import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { recordingIdSchema } from '../protocol/ids.ts';
import type { ByteRange } from './ranges.ts';

export interface StoredFile {
  name: string;
  bytes: number;
}

/**
 * Where recordings lie: folders by their id, files by their names in them. A file that is missing is nobody's fault;
 * everything else rejects.
 */
export interface RecordingStorage {
  /** Nothing where there is no such recording. */
  list(recordingId: string): Promise<StoredFile[]>;
  size(recordingId: string, name: string): Promise<number | undefined>;
  /** Fails as a stream does when the file is gone. */
  read(recordingId: string, name: string, range?: ByteRange): Readable;
  /** Whole, or not at all. */
  put(recordingId: string, name: string, content: string): Promise<void>;
  /** With everything in it, or the one file that an earlier version wrote. Once more is no mistake. */
  delete(recordingId: string): Promise<void>;
}

const NAME = /^[A-Za-z0-9_-][\w.-]{0,127}$/;

/** Throws `RangeError`: no path leads anywhere else. */
export function checkNames(recordingId: string, ...names: string[]): void {
  if (!recordingIdSchema.safeParse(recordingId).success || !names.every((name) => NAME.test(name))) {
    throw new RangeError('no name of a recording or its file');
  }
}

/** The twin on this machine's disk. */
export function openDiskStorage(folder: string): RecordingStorage {
  const pathOf = (recordingId: string, ...names: string[]) => {
    checkNames(recordingId, ...names);
    return join(folder, recordingId, ...names);
  };
  return {
    async list(recordingId) {
      const path = pathOf(recordingId);
      const names = await orUndefined(readdir(path));
      const files = await Promise.all(
        (names ?? []).map(async (name) => ({ name, found: await orUndefined(stat(join(path, name))) })),
      );
      return files.flatMap(({ name, found }) => (found?.isFile() ? [{ name, bytes: found.size }] : []));
    },
    async size(recordingId, name) {
      const found = await orUndefined(stat(pathOf(recordingId, name)));
      return found?.isFile() ? found.size : undefined;
    },
    read(recordingId, name, range) {
      // A read stream takes an empty range for one byte.
      if (range && range.last < range.first) return Readable.from([]);
      return createReadStream(pathOf(recordingId, name), range ? { start: range.first, end: range.last } : {});
    },
    async put(recordingId, name, content) {
      const path = pathOf(recordingId, name);
      await mkdir(pathOf(recordingId), { recursive: true, mode: 0o700 });
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.writeFile(content);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    },
    async delete(recordingId) {
      // All of it at once, so that nobody finds a part of a recording and takes it for the whole.
      const gone = join(folder, `.${recordingId}.gone`);
      await rm(gone, { recursive: true, force: true });
      await orUndefined(rename(pathOf(recordingId), gone));
      await rm(gone, { recursive: true, force: true });
      await rm(`${pathOf(recordingId)}.mp4`, { force: true });
    },
  };
}

async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
