import type { Feedback } from '../protocol/feedback.ts';
import type { CarrierReport, MeetingRow, MinutesAnswer, ToldEvent, Usage, YearReview } from '../protocol/reports.ts';

/** What is told of meetings afterwards (`server/desk/reports.ts`). `only`: the one host unit that may be told of. */
export interface ReportsPort {
  meetings(between: { from: number; to: number }, only?: string): Promise<MeetingRow[]>;
  minutes(roomId: string, only?: string): Promise<MinutesAnswer>;
  events(roomId: string, wanted: readonly number[], only?: string): Promise<ToldEvent[]>;
  usage(between: { from: number; to: number }, only?: string): Promise<Usage>;
  carrier(carrierId: string, month: string): Promise<CarrierReport>;
  year(year: number): Promise<YearReview>;
  give(roomId: string, opinion: Omit<Feedback, 'at'>): Promise<void>;
}

interface FileWish {
  form: 'pdf' | 'xlsx';
  language: 'vi' | 'en';
}

/** The same as files (`server/desk/report-files.ts`). */
export interface ReportFilesPort {
  minutes(answer: MinutesAnswer, wish: FileWish): Promise<Buffer>;
  usage(usage: Usage, wish: FileWish): Promise<Buffer>;
  carrier(report: CarrierReport, month: string, wish: FileWish): Promise<Buffer>;
  year(review: YearReview, wish: FileWish): Promise<Buffer>;
}
