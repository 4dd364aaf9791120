import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { Template } from '../protocol/notices.ts';
import { formatDay, hostUnitOf, type Subject, valuesOf } from './notice-text.ts';

const locate = createRequire(import.meta.url).resolve;
const font = (weight: string) => locate(`@expo-google-fonts/be-vietnam-pro/${weight}/BeVietnamPro_${weight}.ttf`);

const WORDS = {
  vi: {
    nation: 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
    motto: 'Độc lập - Tự do - Hạnh phúc',
    sites: 'Danh sách điểm cầu',
    site: 'Điểm cầu',
    technician: 'Cán bộ phụ trách vận hành',
    phone: 'Điện thoại',
    page: 'Trang',
    host: 'Đơn vị chủ trì cuộc họp',
    made: 'ngày',
  },
  en: {
    nation: '',
    motto: '',
    sites: 'Sites',
    site: 'Site',
    technician: 'Technician',
    phone: 'Phone',
    page: 'Page',
    host: 'Host unit',
    made: '',
  },
} as const;

const MARGIN = 56;

/** The notice on A4, to be printed, signed and sent by fax (REG-3, REG-4): the text, then every site and whom to call there. */
export async function noticePdf(subject: Subject, text: Template, now: number): Promise<Buffer> {
  const { booking, settings, language, timeZone } = subject;
  const words = WORDS[language];
  const info = { Title: text.subject, Author: settings.office, CreationDate: new Date(now) };
  const pdf = new PDFDocument({ size: 'A4', margin: MARGIN, bufferPages: true, lang: language, info });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const done = new Promise<void>((resolve, reject) => pdf.on('end', resolve).on('error', reject));
  pdf.registerFont('plain', font('400Regular')).registerFont('bold', font('600SemiBold'));

  writeHead(pdf, subject, now);
  pdf.font('bold').fontSize(14).text(text.subject, { align: 'center' }).moveDown(1);
  pdf.font('plain').fontSize(11).text(text.body, { lineGap: 3 }).moveDown(1.5);
  pdf.font('bold').fontSize(12).text(`${words.sites} (${booking.siteIds.length})`).moveDown(0.5);
  writeSites(pdf, subject);

  const { count } = pdf.bufferedPageRange();
  const footer = `${settings.office} · ${booking.title} · ${formatDay(booking.startsAt, language, timeZone)}`;
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(page);
    pdf.page.margins.bottom = 0;
    const line = `${footer} · ${words.page} ${page + 1}/${count}`;
    pdf
      .font('plain')
      .fontSize(8)
      .text(line, MARGIN, pdf.page.height - 34, { align: 'center', lineBreak: false });
  }
  pdf.end();
  await done;
  return Buffer.concat(parts);
}

function writeHead(pdf: PDFKit.PDFDocument, subject: Subject, now: number): void {
  const { settings, language, timeZone } = subject;
  const words = WORDS[language];
  const half = (pdf.page.width - 2 * MARGIN) / 2;
  const { y } = pdf;
  pdf
    .font('bold')
    .fontSize(10)
    .text(settings.office.toLocaleUpperCase(language), MARGIN, y, { width: half - 10 });
  const left = pdf.y;
  pdf.text(words.nation, MARGIN + half, y, { width: half, align: 'center' });
  pdf.text(words.motto, { width: half, align: 'center' });
  pdf
    .font('plain')
    .text(`${words.made} ${formatDay(now, language, timeZone)}`.trim(), { width: half, align: 'center' });
  pdf.x = MARGIN;
  pdf.y = Math.max(left, pdf.y) + 24;
}

function writeSites(pdf: PDFKit.PDFDocument, subject: Subject): void {
  const { booking, sites, language } = subject;
  const words = WORDS[language];
  const rows = booking.siteIds.map((siteId) => {
    const site = sites.find((one) => one.siteId === siteId);
    const people = site?.technicians ?? [];
    const lines = (pick: (person: (typeof people)[number]) => string) => people.map(pick).join('\n');
    return [site?.name ?? siteId, lines(({ name }) => name), lines(({ phone, email }) => phone ?? email ?? '')];
  });
  const table = pdf
    .font('plain')
    .fontSize(10)
    .table({ columnStyles: ['*', '*', 130], defaultStyle: { padding: 4 } });
  table.row([words.site, words.technician, words.phone].map((text) => ({ text, font: { src: 'bold', size: 10 } })));
  for (const row of rows) table.row(row);
  table.end();
  pdf.moveDown(0.5).text(`${words.host}: ${hostUnitOf(subject)}`, MARGIN);
}

/** What the printed notice is called on disk. */
export function pdfName(subject: Subject): string {
  return `${valuesOf(subject, { name: '' }).date.replaceAll('/', '-')}-${subject.booking.bookingId}.pdf`;
}
