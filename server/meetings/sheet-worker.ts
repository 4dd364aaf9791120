// The thread of one sheet that is read.

import { parentPort, workerData } from 'node:worker_threads';
import type { SheetFormat } from '../protocol/directory.ts';
import { type Merge, mergesOf, unmerged } from './sheet-merges.ts';
import type { SheetRead } from './sheet-reading.ts';
import { type Rows, readRows, UnreadableSheet } from './sheets.ts';
import { headingOf } from './site-import.ts';

/** Far more than there are headings. */
const MOST_COLUMNS = 200;

const { bytes, format, most } = workerData as { bytes: Uint8Array; format: SheetFormat; most: number };
parentPort?.postMessage(await read());

async function read(): Promise<SheetRead> {
  try {
    const sheet = Buffer.from(bytes);
    const rows = withMerged(await readRows(sheet, format), sheet);
    const said = rows.filter((row) => row.some((cell) => cell.trim() !== '')).length;
    if (said > most) return { fault: 'tooManyRows', reason: String(said), row: 0 };
    const last = rows.findLastIndex((row) => row.some((cell) => cell.trim() !== ''));
    return { rows: rows.slice(0, last + 1).map((row) => row.slice(0, MOST_COLUMNS)) };
  } catch (error) {
    if (error instanceof UnreadableSheet) return { fault: error.fault, reason: error.message, row: error.row };
    throw error;
  }
}

/** A heading that is two rows high says nothing of a site. */
function withMerged(rows: Rows, sheet: Buffer): Rows {
  if (format !== 'xlsx') return rows;
  const heading = headingOf(rows);
  return unmerged(
    rows,
    mergesIn(sheet).filter(({ from }) => from > heading),
  );
}

/** A file whose cells can be read is not refused for what stands beside them. */
function mergesIn(sheet: Buffer): Merge[] {
  try {
    return mergesOf(sheet);
  } catch {
    return [];
  }
}
