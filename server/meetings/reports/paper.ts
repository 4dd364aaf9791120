import type { Language } from '../notice-text.ts';

/** What stands in a cell: text, a moment, a running time, a number. The printed page and the sheet write it each in its own way. */
export type Cell =
  | string
  | { at: number }
  /** Without the day, where all of it is of one. */
  | { clock: number }
  | { ms: number }
  | { number: number; digits?: number; unit?: '%' | 'ms' };

export interface Section {
  title: string;
  /** Before the table, or in its place. */
  text?: string;
  heads: string[];
  /** Of the printed columns, in points; `*` takes what is left. */
  widths: (number | '*')[];
  rows: Cell[][];
}

/** Below the rows that it adds up, where there is more than one. */
export function totalRow(rows: number, cells: Cell[]): Cell[][] {
  return rows > 1 ? [cells] : [];
}

/** A report as it is printed and as a sheet holds it. */
export interface Paper {
  title: string;
  subtitle?: string;
  facts: [string, Cell][];
  sections: Section[];
  /** Who signs, from left to right. */
  signatures?: string[];
}

export interface PaperLook {
  language: Language;
  /** IANA name. */
  timeZone: string;
}

const TAGS = { vi: 'vi-VN', en: 'en-GB' } as const;

export function sayCell(cell: Cell, { language, timeZone }: PaperLook): string {
  if (typeof cell === 'string') return cell;
  if ('ms' in cell) return sayLength(cell.ms);
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone } as const;
  if ('clock' in cell) return new Intl.DateTimeFormat(TAGS[language], clock).format(cell.clock);
  if ('at' in cell) {
    const time = new Intl.DateTimeFormat(TAGS[language], { ...clock, second: undefined }).format(cell.at);
    const day = { day: '2-digit', month: '2-digit', year: 'numeric', timeZone } as const;
    return `${time}, ${new Intl.DateTimeFormat(TAGS[language], day).format(cell.at)}`;
  }
  const { number, digits = 0, unit } = cell;
  const figure = new Intl.NumberFormat(TAGS[language], { maximumFractionDigits: digits }).format(number);
  return unit === undefined ? figure : `${figure}${unit === '%' ? '%' : ` ${unit}`}`;
}

export function isFigure(cell: Cell | undefined): boolean {
  return typeof cell === 'object' && ('ms' in cell || 'number' in cell);
}

/** `h:mm:ss`, the same in both languages. */
function sayLength(ms: number): string {
  const total = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
}
