import { MARGIN, type Page, type Pdf, printPages, writeTable } from '../pdf-page.ts';
import { isFigure, type Paper, type PaperLook, type Section, sayCell } from './paper.ts';

/** Room that a heading needs with the first rows below it. */
const TOGETHER = 120;

export function paperPdf(paper: Paper, look: PaperLook, office: string, now: number): Promise<Buffer> {
  const footer = `${office} · ${paper.subtitle ?? paper.title}`;
  const page: Page = { ...look, title: paper.title, office, now, footer };
  return printPages(page, (pdf) => {
    pdf.font('bold').fontSize(14).text(paper.title, { align: 'center' });
    if (paper.subtitle) pdf.fontSize(12).text(paper.subtitle, { align: 'center' });
    pdf.moveDown(1);
    for (const [label, cell] of paper.facts) {
      pdf.font('bold').fontSize(10.5).text(`${label}: `, MARGIN, pdf.y, { continued: true, lineGap: 2 });
      pdf.font('plain').text(sayCell(cell, look), { lineGap: 2 });
    }
    for (const section of paper.sections) writeSection(pdf, section, look);
    writeSignatures(pdf, paper.signatures ?? []);
  });
}

function writeSection(pdf: Pdf, { title, text, heads, widths, rows }: Section, look: PaperLook): void {
  keepTogether(pdf, TOGETHER);
  pdf.moveDown(1).font('bold').fontSize(11.5).text(title, MARGIN).moveDown(0.4);
  if (text !== undefined) pdf.font('plain').fontSize(10).text(text, { lineGap: 2 }).moveDown(0.3);
  if (rows.length === 0) return;
  const right = heads.map((_, i) => isFigure(rows.find((row) => isFigure(row[i]))?.[i]));
  const said = rows.map((row) => row.map((cell) => sayCell(cell, look)));
  writeTable(pdf, heads, said, { widths, right });
  pdf.x = MARGIN;
}

function writeSignatures(pdf: Pdf, names: readonly string[]): void {
  if (names.length === 0) return;
  keepTogether(pdf, 130);
  pdf.moveDown(2);
  const width = (pdf.page.width - 2 * MARGIN) / names.length;
  const { y } = pdf;
  for (const [i, name] of names.entries()) {
    pdf
      .font('bold')
      .fontSize(10.5)
      .text(name, MARGIN + i * width, y, { width, align: 'center' });
  }
}

function keepTogether(pdf: Pdf, height: number): void {
  if (pdf.y + height > pdf.page.height - MARGIN) pdf.addPage();
}
