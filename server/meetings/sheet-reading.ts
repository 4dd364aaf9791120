import { Worker } from 'node:worker_threads';
import type { SheetFormat } from '../protocol/directory.ts';
import { type Rows, type SheetProblem, UnreadableSheet } from './sheets.ts';
import { HEADING_WITHIN, MOST_ROWS } from './site-import.ts';

/** The cells, or why there are none. */
export type SheetRead = { rows: Rows } | { fault: SheetProblem; reason: string; row: number };

/** A good one takes some tenths of a second. */
const LONGEST_MS = 30_000;
/** An XLSX file is packed: four megabytes of it may be gigabytes of blanks. */
const MOST_MEGABYTES = 512;

/** As `readRows`, in a thread of its own, in which no meeting stands still. Throws `UnreadableSheet`, also for what is too much. */
export async function readSheet(bytes: Buffer, format: SheetFormat): Promise<Rows> {
  const worker = new Worker(new URL('./sheet-worker.ts', import.meta.url), {
    workerData: { bytes, format, most: MOST_ROWS + HEADING_WITHIN },
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  const read = Promise.withResolvers<SheetRead>();
  const fail = (reason: string) => read.resolve({ fault: 'unreadable', reason, row: 0 });
  worker.once('message', read.resolve);
  worker.once('error', (error) => fail(error instanceof Error ? error.message : String(error)));
  worker.once('exit', () => fail('it was not read'));
  const timer = setTimeout(() => fail('it takes too long'), LONGEST_MS);
  try {
    const said = await read.promise;
    if ('rows' in said) return said.rows;
    throw new UnreadableSheet(said.reason, said.row, said.fault);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
