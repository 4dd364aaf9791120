import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredRecording } from '../protocol/stored-recording.ts';

/**
 * Recordings of an earlier version are one file each, beside the folders of the others. Each gets a folder of its own,
 * so that it is signed, copied to a store, served and deleted as they are. What was moved before is left.
 */
export async function adoptFiles(folder: string, recordings: readonly StoredRecording[]): Promise<void> {
  for (const { recordingId, file, away } of recordings) {
    if (file === undefined || away) continue;
    const own = join(folder, recordingId);
    try {
      await mkdir(own, { recursive: true, mode: 0o700 });
      await rename(join(folder, file), join(own, file));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}
