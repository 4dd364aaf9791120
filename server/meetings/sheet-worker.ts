// The thread of one sheet that is read.

import { parentPort, workerData } from 'node:worker_threads';
import type { SheetFormat } from '../protocol/directory.ts';
import type { SheetRead } from './sheet-reading.ts';
import { readRows, UnreadableSheet } from './sheets.ts';

/** Far more than there are headings. */
const MOST_COLUMNS = 200;

const { bytes, format, most } = workerData as { bytes: Uint8Array; format: SheetFormat; most: number };
parentPort?.postMessage(await read());

async function read(): Promise<SheetRead> {
  try {
    const rows = await readRows(Buffer.from(bytes), format);
    const said = rows.filter((row) => row.some((cell) => cell.trim() !== '')).length;
    if (said > most) return { fault: 'tooManyRows', reason: String(said), row: 0 };
    const last = rows.findLastIndex((row) => row.some((cell) => cell.trim() !== ''));
    return { rows: rows.slice(0, last + 1).map((row) => row.slice(0, MOST_COLUMNS)) };
  } catch (error) {
    if (error instanceof UnreadableSheet) return { fault: error.fault, reason: error.message, row: error.row };
    throw error;
  }
}
