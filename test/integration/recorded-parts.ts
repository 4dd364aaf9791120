/** What lies on disk of a recording, read as whoever plays it would. */
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IndexHeader } from '../../server/protocol/recording.ts';
import { parseIndex, playable } from '../../server/recordings/part-index.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Peer } from './server-peers.ts';

const run = promisify(execFile);

export interface RecordedPart {
  file: string;
  header: IndexHeader;
  /** When it begins and how far it can be played, in ms since 1970. */
  from: number;
  to: number;
  isFinished: boolean;
}

/** Of the running recording. */
export function folderOfRecording(gateway: GatewayProcess, { state: { recording } }: Peer): string {
  if (recording.status === 'off') throw new Error('nothing is recorded');
  return join(gateway.server.folder, 'recordings', recording.id);
}

/** The parts of a stream that have something playable, in their order. */
export async function partsIn(folder: string, stream = 'program'): Promise<RecordedPart[]> {
  const names = await readdir(folder).catch(() => []);
  const parts = await Promise.all(
    names
      .filter((name) => name.startsWith(`${stream}.`) && name.endsWith('.index.jsonl'))
      .map(async (name) => {
        const index = parseIndex(await readFile(join(folder, name), 'utf8'));
        if (!index) return [];
        const file = join(folder, name.replace('index.jsonl', index.header.container));
        const last = playable(index, (await stat(file)).size).at(-1);
        const from = index.header.startedAt;
        const to = from + (last ? last.at + last.ms : 0);
        return to > from ? [{ file, header: index.header, from, to, isFinished: index.end !== null }] : [];
      }),
  );
  return parts.flat().toSorted((a, b) => a.header.part - b.header.part);
}

/** What a decoder has to complain of; nothing where the file is whole as far as it goes. */
export async function complaintsOf(file: string, level: 'error' | 'fatal' = 'fatal'): Promise<string> {
  const { stderr } = await run('ffmpeg', ['-v', level, '-i', file, '-f', 'null', '-']);
  // Frames that are not spaced evenly become two of one time where ffmpeg counts them for its own output.
  const isOfFile = (line: string) => line !== '' && !line.startsWith('[null @');
  return stderr.split('\n').filter(isOfFile).join('\n');
}
