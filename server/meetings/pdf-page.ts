import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { Language } from './notice-text.ts';

const locate = createRequire(import.meta.url).resolve;
const font = (weight: string) => locate(`@expo-google-fonts/be-vietnam-pro/${weight}/BeVietnamPro_${weight}.ttf`);

export type Pdf = PDFKit.PDFDocument;

export const MARGIN = 56;
/** Hardly a letter of the tables is wider, in points. */
const WIDEST = 8;

const WORDS = {
  vi: {
    nation: 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
    motto: 'Độc lập - Tự do - Hạnh phúc',
    page: 'Trang',
    /** The place is written in by hand. */
    day: '……………, ngày {day} tháng {month} năm {year}',
  },
  en: { nation: '', motto: '', page: 'Page' },
} as const;

/** What stands on every printed page of the office. */
export interface Page {
  title: string;
  office: string;
  language: Language;
  /** IANA name. */
  timeZone: string;
  now: number;
  /** In small letters below every page, before its number. */
  footer: string;
}

/** A4 with the office's head; `write` does the rest. */
export async function printPages(page: Page, write: (pdf: Pdf) => void): Promise<Buffer> {
  const { title, office, language, now } = page;
  const info = { Title: title, Author: office, CreationDate: new Date(now) };
  const pdf = new PDFDocument({ size: 'A4', margin: MARGIN, bufferPages: true, lang: language, info });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const done = new Promise<void>((resolve, reject) => pdf.on('end', resolve).on('error', reject));
  pdf.registerFont('plain', font('400Regular')).registerFont('bold', font('600SemiBold'));
  writeHead(pdf, page);
  write(pdf);
  writeFooters(pdf, page);
  pdf.end();
  await done;
  return Buffer.concat(parts);
}

/** As Decree 30/2020/NĐ-CP lays a document out: the office to the left, the state's name and motto and the day to the right. */
function writeHead(pdf: Pdf, { office, language, timeZone, now }: Page): void {
  const words = WORDS[language];
  const half = (pdf.page.width - 2 * MARGIN) / 2;
  const right = { width: half, align: 'center' } as const;
  const { y } = pdf;
  const upper = office.toLocaleUpperCase(language);
  pdf
    .font('bold')
    .fontSize(10)
    .text(upper, MARGIN, y, { width: half - 10, align: 'center' });
  const left = pdf.y;
  pdf.text(words.nation, MARGIN + half, y, right);
  pdf.text(words.motto, right);
  if (words.motto !== '') underline(pdf, pdf.widthOfString(words.motto), MARGIN + half * 1.5);
  pdf.font('plain').text(formatLongDay(now, language, timeZone), right);
  pdf.x = MARGIN;
  pdf.y = Math.max(left, pdf.y) + 24;
}

/** Below the marks under the letters: an underline of its own would run through ộ and ậ. */
function underline(pdf: Pdf, width: number, centre: number): void {
  const y = pdf.y + 2;
  pdf
    .moveTo(centre - width / 2, y)
    .lineTo(centre + width / 2, y)
    .lineWidth(0.7)
    .stroke();
  pdf.y = y + 6;
}

function writeFooters(pdf: Pdf, { footer, language }: Page): void {
  const { count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(page);
    pdf.page.margins.bottom = 0;
    const line = `${footer} · ${WORDS[language].page} ${page + 1}/${count}`;
    const below = { align: 'center', lineBreak: false, width: pdf.page.width - 2 * MARGIN, ellipsis: true } as const;
    pdf
      .font('plain')
      .fontSize(8)
      .text(line, MARGIN, pdf.page.height - 34, below);
  }
}

/** `…, ngày 05 tháng 02 năm 2026` (Decree 30/2020/NĐ-CP, annex I, II.4: days below 10 and months 1 and 2 get a 0), `25 November 2026`. */
function formatLongDay(at: number, language: Language, timeZone: string): string {
  if (language === 'en') return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone }).format(at);
  const numeric = { day: 'numeric', month: 'numeric', year: 'numeric', timeZone } as const;
  const parts = new Intl.DateTimeFormat('en-GB', numeric).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const month = Number(of('month')) < 3 ? of('month').padStart(2, '0') : of('month');
  return WORDS.vi.day
    .replace('{day}', of('day').padStart(2, '0'))
    .replace('{month}', month)
    .replace('{year}', of('year'));
}

/** A table whose head stands again on each page. @param widths in points, or `*` for what is left */
export function writeTable(
  pdf: Pdf,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { widths, right = [] }: { widths: readonly (number | '*')[]; right?: readonly boolean[] },
): void {
  const padding: [number, number] = [3, 5];
  const border = { top: 0, right: 0, bottom: 0.5, left: 0 };
  const style = { padding, border, borderColor: '#8a8378' };
  const columns = widths.map((width, i) => ({
    width,
    align: { x: right[i] ? ('right' as const) : ('left' as const) },
  }));
  const head = heads.map((text) => ({ text, font: { src: 'bold', size: 9 }, type: 'TH' as const }));
  pdf.font('plain').fontSize(9);
  let table = pdf.table({ columnStyles: columns, defaultStyle: style });
  table.row(head);
  for (const row of rows) {
    if (!fits(pdf, row, widths)) {
      table.end();
      pdf.addPage();
      table = pdf.font('plain').fontSize(9).table({ columnStyles: columns, defaultStyle: style });
      table.row(head);
    }
    table.row([...row]);
  }
  table.end();
}

/** Whether the highest cell of the row has room on this page. */
function fits(pdf: Pdf, row: readonly string[], widths: readonly (number | '*')[]): boolean {
  const fixed = widths.reduce<number>((sum, width) => sum + (width === '*' ? 0 : width), 0);
  const free = widths.filter((width) => width === '*').length;
  const rest = (pdf.page.width - 2 * MARGIN - fixed) / Math.max(1, free);
  const line = pdf.currentLineHeight(true);
  const heights = row.map((text, i) => {
    const width = (typeof widths[i] === 'number' ? widths[i] : rest) - 12;
    // To lay text out takes time: what is on one line for certain need not be.
    return text.length * WIDEST < width && !text.includes('\n') ? line : pdf.heightOfString(text, { width });
  });
  return pdf.y + Math.max(...heights) + 12 < pdf.page.height - MARGIN;
}
