import { type SheetCell, writeSheets } from '../sheets.ts';
import { type Cell, type Paper, type PaperLook, sayCell } from './paper.ts';

const SECOND_MS = 1000;
/** Of a spreadsheet's day. */
const DAY_MS = 86_400_000;

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
  return writeSheets([{ name: head, rows: facts }, ...sections]);
}

function cellOf(cell: Cell, look: PaperLook): SheetCell {
  if (typeof cell === 'string') return { value: cell };
  if ('ms' in cell) return { value: Math.round(cell.ms / SECOND_MS) / (DAY_MS / SECOND_MS), format: '[h]:mm:ss' };
  if ('at' in cell || 'clock' in cell) return { value: sayCell(cell, look) };
  const digits = cell.digits ?? 0;
  return { value: cell.number, format: digits > 0 ? `0.${'0'.repeat(digits)}` : '0' };
}
