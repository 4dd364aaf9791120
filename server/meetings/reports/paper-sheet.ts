import { localOf } from '../days.ts';
import { type SheetCell, writeSheets } from '../sheets.ts';
import { type Cell, type Paper, type PaperLook, sayCell } from './paper.ts';

const SECOND_MS = 1000;
/** Of a spreadsheet's day. */
const DAY_MS = 86_400_000;
/** 1 January 1970 in a spreadsheet's days, which count from 30 December 1899. */
const EPOCH_DAYS = 25_569;

/** Each section as a sheet of its own, behind one with what stands at the head. Moments, times and numbers can be reckoned with. */
export function paperSheet(paper: Paper, look: PaperLook, head: string): Promise<Buffer> {
  const facts = [
    [{ value: [paper.title, paper.subtitle].filter(Boolean).join(' · '), bold: true }],
    ...paper.facts.map(([label, cell]): SheetCell[] => [{ value: label, bold: true }, cellOf(cell, look)]),
  ];
  const sections = paper.sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, heads, rows }) => ({
      name: title,
      rows: [
        heads.map((value): SheetCell => ({ value, bold: true })),
        ...rows.map((row) => row.map((cell) => cellOf(cell, look))),
      ],
    }));
  return writeSheets([{ name: head, rows: facts, isPlain: true }, ...sections]);
}

function cellOf(cell: Cell, look: PaperLook): SheetCell {
  if (typeof cell === 'string') return { value: cell };
  const shown = sayCell(cell, look);
  if ('ms' in cell) {
    return { value: Math.round(cell.ms / SECOND_MS) / (DAY_MS / SECOND_MS), format: '[h]:mm:ss', shown };
  }
  if ('at' in cell) return { value: dayOf(cell.at, look), format: 'hh:mm dd/mm/yyyy', shown };
  if ('clock' in cell) return { value: dayOf(cell.clock, look), format: 'hh:mm:ss', shown };
  const digits = cell.digits ?? 0;
  return { value: cell.number, format: digits > 0 ? `#,##0.${'0'.repeat(digits)}` : '#,##0', shown };
}

/** A spreadsheet knows no zones: what the clock on the wall showed. */
function dayOf(at: number, { timeZone }: PaperLook): number {
  const { year, month, day, msOfDay } = localOf(at, timeZone);
  return EPOCH_DAYS + (Date.UTC(year, month - 1, day) + msOfDay) / DAY_MS;
}
