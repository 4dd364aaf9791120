import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { durationOf, parseIndex, playable } from '../../server/recordings/part-index.ts';
import type { Written } from './part-writer.ts';

/** Each recording is a folder of its own. */
export function folderOf(data: string, recordingId: string): string {
  return join(data, 'recordings', recordingId);
}

/** What all parts of a recording hold that can be played: how long the program is, without gaps, and all streams' bytes. */
export async function writtenIn(folder: string): Promise<Written> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.index.jsonl'));
  let [durationMs, bytes] = [0, 0];
  for (const name of names) {
    const index = parseIndex(await readFile(join(folder, name), 'utf8'));
    if (!index) continue;
    const { stream, part, container, init } = index.header;
    const { size } = await stat(join(folder, `${stream}.${part}.${container}`));
    const fragments = playable(index, size);
    bytes += fragments.reduce((sum, fragment) => sum + fragment.bytes, init.bytes);
    if (stream === 'program') durationMs += durationOf(fragments);
  }
  return { durationMs, bytes };
}
