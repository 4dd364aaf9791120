import type { Template } from '../protocol/notices.ts';
import { fillIn, formatDay, hostUnitOf, type Subject, sitesOf, valuesOf } from './notice-text.ts';
import { MARGIN, type Pdf, printPages, writeTable } from './pdf-page.ts';

/** More than this are not read in a sentence. */
const MOST_NAMED = 5;
const WORDS = {
  vi: {
    sites: 'Danh sách điểm cầu',
    site: 'Điểm cầu',
    technician: 'Cán bộ phụ trách vận hành',
    phone: 'Điện thoại',
    everyone: 'Các điểm cầu',
    attached: 'theo danh sách kèm theo ({n} điểm cầu)',
    host: 'Đơn vị chủ trì cuộc họp',
  },
  en: {
    sites: 'Sites',
    site: 'Site',
    technician: 'Technician',
    phone: 'Phone',
    everyone: 'All sites',
    attached: 'as listed below ({n} sites)',
    host: 'Host unit',
  },
} as const;

/**
 * The notice on A4, to be printed, signed and sent by fax (REG-3, REG-4): the text, which names few sites and refers to
 * the list for many, then every site and whom to call there.
 */
export function noticePdf(subject: Subject, template: Template, now: number): Promise<Buffer> {
  const { booking, settings, language, timeZone } = subject;
  const words = WORDS[language];
  const values = valuesOf(subject, { name: words.everyone });
  const attached = words.attached.replace('{n}', String(booking.siteIds.length));
  const isLong = booking.siteIds.length > MOST_NAMED;
  const text = fillIn(template, { ...values, ...(isLong ? { sites: attached, ownSites: attached } : {}) });
  const footer = `${settings.office} · ${booking.title} · ${formatDay(booking.startsAt, language, timeZone)}`;
  const page = { title: text.subject, office: settings.office, language, timeZone, now, footer };
  return printPages(page, (pdf) => {
    pdf.font('bold').fontSize(14).text(text.subject, { align: 'center' }).moveDown(1);
    pdf.font('plain').fontSize(11).text(text.body, { lineGap: 3 }).moveDown(1.5);
    pdf.font('bold').fontSize(12).text(`${words.sites} (${booking.siteIds.length})`).moveDown(0.5);
    writeSites(pdf, subject);
  });
}

function writeSites(pdf: Pdf, subject: Subject): void {
  const words = WORDS[subject.language];
  const rows = sitesOf(subject, subject.booking.siteIds).map(({ name, technicians: people = [] }) => {
    const lines = (pick: (person: (typeof people)[number]) => string) => people.map(pick).join('\n');
    return [name, lines(({ name }) => name), lines(({ phone, email }) => phone ?? email ?? '')];
  });
  writeTable(pdf, [words.site, words.technician, words.phone], rows, { widths: ['*', '*', 130] });
  pdf.moveDown(0.5).text(`${words.host}: ${hostUnitOf(subject)}`, MARGIN);
}

/** What the printed notice is called on disk. */
export function pdfName(subject: Subject): string {
  return `${valuesOf(subject, { name: '' }).date.replaceAll('/', '-')}-${subject.booking.bookingId}.pdf`;
}
