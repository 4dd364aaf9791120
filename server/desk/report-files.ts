import type { Language } from '../meetings/notice-text.ts';
import type { Printer } from '../meetings/printing.ts';
import { carrierPaper } from '../meetings/reports/carrier-paper.ts';
import { minutesPaper } from '../meetings/reports/minutes-paper.ts';
import type { Paper } from '../meetings/reports/paper.ts';
import { paperSheet } from '../meetings/reports/paper-sheet.ts';
import { reportWords } from '../meetings/reports/report-words.ts';
import { usagePaper } from '../meetings/reports/usage-paper.ts';
import { yearPaper } from '../meetings/reports/year-paper.ts';
import type { CarrierReport, MinutesAnswer, Usage, YearReview } from '../protocol/reports.ts';
import type { Bookings } from './bookings.ts';

export interface ReportFileParts {
  bookings: Pick<Bookings, 'settings'>;
  printer: Printer;
  /** IANA name. */
  timeZone: string;
  now: () => number;
}

export interface FileWish {
  form: 'pdf' | 'xlsx';
  language: Language;
}

/** Reports as files: to be printed and signed, or reckoned with. */
export class ReportFiles {
  readonly #parts: ReportFileParts;

  constructor(parts: ReportFileParts) {
    this.#parts = parts;
  }

  minutes({ minutes, feedback }: MinutesAnswer, wish: FileWish): Promise<Buffer> {
    return this.#write(minutesPaper(minutes, feedback, wish.language), wish);
  }

  usage(usage: Usage, wish: FileWish): Promise<Buffer> {
    return this.#write(usagePaper(usage, wish.language), wish);
  }

  /** @param month `YYYY-MM` */
  carrier(report: CarrierReport, month: string, wish: FileWish): Promise<Buffer> {
    const [year, which] = month.split('-');
    return this.#write(carrierPaper(report, wish.language, `${which}/${year}`), wish);
  }

  year(review: YearReview, wish: FileWish): Promise<Buffer> {
    return this.#write(yearPaper(review, wish.language), wish);
  }

  async #write(paper: Paper, { form, language }: FileWish): Promise<Buffer> {
    const { bookings, printer, timeZone, now } = this.#parts;
    const look = { language, timeZone };
    if (form === 'xlsx') return paperSheet(paper, look, reportWords[language].usage.sheet);
    const { office } = await bookings.settings();
    return printer.print({ what: 'report', paper, look, office, now: now() });
  }
}
