import type { Template } from '../protocol/notices.ts';
import { formatDay, hostUnitOf, type Subject, valuesOf } from './notice-text.ts';
import { MARGIN, type Pdf, printPages, writeTable } from './pdf-page.ts';

const WORDS = {
  vi: {
    sites: 'Danh sách điểm cầu',
    site: 'Điểm cầu',
    technician: 'Cán bộ phụ trách vận hành',
    phone: 'Điện thoại',
    host: 'Đơn vị chủ trì cuộc họp',
  },
  en: { sites: 'Sites', site: 'Site', technician: 'Technician', phone: 'Phone', host: 'Host unit' },
} as const;

/** The notice on A4, to be printed, signed and sent by fax (REG-3, REG-4): the text, then every site and whom to call there. */
export function noticePdf(subject: Subject, text: Template, now: number): Promise<Buffer> {
  const { booking, settings, language, timeZone } = subject;
  const footer = `${settings.office} · ${booking.title} · ${formatDay(booking.startsAt, language, timeZone)}`;
  const page = { title: text.subject, office: settings.office, language, timeZone, now, footer };
  return printPages(page, (pdf) => {
    pdf.font('bold').fontSize(14).text(text.subject, { align: 'center' }).moveDown(1);
    pdf.font('plain').fontSize(11).text(text.body, { lineGap: 3 }).moveDown(1.5);
    pdf.font('bold').fontSize(12).text(`${WORDS[language].sites} (${booking.siteIds.length})`).moveDown(0.5);
    writeSites(pdf, subject);
  });
}

function writeSites(pdf: Pdf, subject: Subject): void {
  const { booking, sites, language } = subject;
  const words = WORDS[language];
  const rows = booking.siteIds.map((siteId) => {
    const site = sites.find((one) => one.siteId === siteId);
    const people = site?.technicians ?? [];
    const lines = (pick: (person: (typeof people)[number]) => string) => people.map(pick).join('\n');
    return [site?.name ?? siteId, lines(({ name }) => name), lines(({ phone, email }) => phone ?? email ?? '')];
  });
  writeTable(pdf, [words.site, words.technician, words.phone], rows, { widths: ['*', '*', 130] });
  pdf.moveDown(0.5).text(`${words.host}: ${hostUnitOf(subject)}`, MARGIN);
}

/** What the printed notice is called on disk. */
export function pdfName(subject: Subject): string {
  return `${valuesOf(subject, { name: '' }).date.replaceAll('/', '-')}-${subject.booking.bookingId}.pdf`;
}
