import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import readXlsx, { type CellValue } from 'read-excel-file/node';
import writeXlsx from 'write-excel-file/node';
import type { SheetFormat } from '../protocol/directory.ts';
import { PRINTED } from './sheet-print.ts';

/** A sheet as text, row by row; the first row of a file is the first here. */
export type Rows = string[][];

/** What may be wrong with a sheet as a whole. */
export type SheetProblem = 'unreadable' | 'badEncoding' | 'tooManyRows';

/** The bytes are no sheet of that format, or one that is not taken. */
export class UnreadableSheet extends Error {
  readonly fault: SheetProblem;
  /** As a spreadsheet counts; 0 where it is not known. */
  readonly row: number;
  constructor(reason: string, row = 0, fault: SheetProblem = 'unreadable') {
    super(reason);
    this.name = 'UnreadableSheet';
    this.row = row;
    this.fault = fault;
  }
}

/** The first sheet of a file, every cell as text. Throws `UnreadableSheet`. */
export async function readRows(bytes: Buffer, format: SheetFormat): Promise<Rows> {
  const rows = format === 'csv' ? readCsv(bytes) : await readFirstSheet(bytes);
  return rows.map((row) => row.map(unguarded));
}

/** `rows` with the first as the heading. @param numbers columns of an XLSX whose cells are numbers; text, as phones are, elsewhere */
export async function writeRows(
  rows: Rows,
  format: SheetFormat,
  name: string,
  numbers: readonly number[] = [],
): Promise<Buffer> {
  if (format === 'csv') {
    // Excel takes UTF-8 for itself only with a byte order mark.
    return Buffer.from(stringify(rows, { bom: true, escape_formulas: true, record_delimiter: 'windows' }), 'utf8');
  }
  const isNumber = (value: string, column: number) => numbers.includes(column) && String(Number(value)) === value;
  const cells = rows.map((row, i) =>
    row.map((value, column): SheetCell => {
      if (i === 0) return { value, bold: true };
      return { value: isNumber(value, column) ? Number(value) : value };
    }),
  );
  return writeSheets([{ name, rows: cells, names: 2 }]);
}

/** `format` as a spreadsheet writes it, of a number; `shown`: what then is to be seen. */
export interface SheetCell {
  value: string | number;
  bold?: boolean;
  format?: string;
  shown?: string;
}

export interface SheetToWrite {
  name: string;
  rows: readonly (readonly SheetCell[])[];
  /** The first row is no heading: it stays neither in sight nor on each page, and its length makes no column wide. */
  isPlain?: boolean;
  /** So many columns say whose row it is: they stay in sight, too. */
  names?: number;
}

/** As administrative papers are set (Decree 30/2020/NĐ-CP). */
const FONT = { fontFamily: 'Times New Roman', fontSize: 12 };

/** Several sheets in one XLSX file, each to be read and printed as it is. */
export function writeSheets(sheets: readonly SheetToWrite[]): Promise<Buffer> {
  const taken: string[] = [];
  const all = sheets.map(({ name, rows, isPlain = false, names }) => {
    const texts = rows.slice(isPlain ? 1 : 0).map((row) => row.map(({ value, shown }) => shown ?? String(value)));
    const widest = Math.max(...rows.map((row) => row.length));
    const isFigures = Array.from({ length: widest }, (_, i) => isOfFigures(rows, i));
    const sheet = sheetName(name, taken);
    taken.push(sheet.toLowerCase());
    return {
      sheet,
      orientation: 'landscape' as const,
      columns: Array.from({ length: widest }, (_, i) => ({ width: widthOf(texts, i) })),
      ...(isPlain ? {} : { stickyRowsCount: 1, ...(names ? { stickyColumnsCount: names } : {}) }),
      data: rows.map((row, i) =>
        row.map((cell, column) => {
          if (isPlain) return toCell(cell, i === 0 ? {} : { wrap: true, align: 'left' });
          return toCell(cell, { wrap: true, ...(isFigures[column] ? { align: 'right' } : { indent: 1 }) });
        }),
      ),
    };
  });
  return writeXlsx(all, { ...FONT, features: [PRINTED] }).toBuffer();
}

interface Look {
  wrap?: boolean;
  align?: 'left' | 'right';
  /** So that a text does not touch the figure before it. */
  indent?: number;
}

function toCell({ value, bold, format }: SheetCell, look: Look) {
  const all = { alignVertical: 'top' as const, ...look, ...(bold ? { fontWeight: 'bold' as const } : {}) };
  if (typeof value === 'string') return { value, type: String, ...all };
  return { value, type: Number, ...all, ...(format ? { format } : {}) };
}

function isOfFigures(rows: SheetToWrite['rows'], column: number): boolean {
  return rows.some((row) => typeof row[column]?.value === 'number');
}

/** At most 31 characters without some, and no two the same (ECMA-376 part 1, 18.2.19; Excel refuses others). */
function sheetName(name: string, taken: readonly string[]): string {
  const plain = name.replace(/[[\]:*?/\\\s]+/g, ' ').trim();
  for (let n = 1; ; n += 1) {
    const tail = n === 1 ? '' : ` ${n}`;
    const wanted = `${cutTo(plain, 31 - tail.length)}${tail}`;
    if (!taken.includes(wanted.toLowerCase())) return wanted;
  }
}

/** At a word. */
function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most + 1);
  const end = cut.lastIndexOf(' ');
  return end > 0 ? cut.slice(0, end) : text.slice(0, most);
}

function readCsv(bytes: Buffer): Rows {
  const text = decode(bytes);
  try {
    return parse(text, { delimiter: delimiterOf(text), bom: true, relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) throw new UnreadableSheet(error.code, Number(error.lines) || 0);
    throw error;
  }
}

async function readFirstSheet(bytes: Buffer): Promise<Rows> {
  try {
    const [sheet] = await readXlsx(bytes);
    return (sheet?.data ?? []).map((row) => row.map(textOf));
  } catch (error) {
    throw new UnreadableSheet(error instanceof Error ? error.message : String(error));
  }
}

/** A spreadsheet writes `;` where the comma divides decimals, as in Vietnamese, and a tab in "Unicode text". */
function delimiterOf(text: string): string {
  const head = text
    .split('\n', 10)
    .join('')
    .replace(/"[^"]*"/g, '');
  const count = (one: string) => head.split(one).length;
  return ['\t', ';', ','].reduce((best, one) => (count(one) > count(best) ? one : best));
}

const UTF16 = { fffe: 'utf-16le', feff: 'utf-16be' } as const;

/**
 * A spreadsheet's "Unicode text" is UTF-16 with a byte order mark; all else is UTF-8. What is neither was written in a code page of
 * the machine, of which Vietnamese has several (Windows-1258, TCVN3): a wrong guess would be saved as names.
 */
function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' || mark === 'feff' ? UTF16[mark] : 'utf-8';
  const text = decoded(bytes, encoding);
  // Somebody else has put it in the place of what he could not read.
  if (text.includes('\ufffd')) throw new UnreadableSheet('U+FFFD', 0, 'badEncoding');
  return text;
}

function decoded(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableSheet(encoding, 0, 'badEncoding');
  }
}

function textOf(value: CellValue | null): string {
  if (value === null) return '';
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}

/** What was written with a guard against being taken for a formula is read as it was. */
function unguarded(cell: string): string {
  return /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
}

/** In characters; what is longer is broken into lines. */
const MOST_WIDE = 48;
const LEAST_WIDE = 8;

function widthOf(rows: Rows, column: number): number {
  const longest = Math.max(...rows.map((row) => [...(row[column] ?? '')].length));
  return Math.min(MOST_WIDE, Math.max(LEAST_WIDE, longest + 2));
}
