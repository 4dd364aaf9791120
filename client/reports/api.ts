import { z } from 'zod';
import { organisationSchema } from '../../server/protocol/directory.ts';
import {
  type CarrierReport,
  carrierReportSchema,
  type MeetingRow,
  type MinutesAnswer,
  meetingRowSchema,
  minutesAnswerSchema,
  type ToldEvent,
  toldEventSchema,
  type Usage,
  usageSchema,
  type YearReview,
  yearReviewSchema,
} from '../../server/protocol/reports.ts';
import { callApi } from '../session/api.ts';
import { currentLocale } from '../ui/words.svelte.ts';

// Every call throws `Refused`. Times in milliseconds since 1970.

const meetingsSchema = z.object({ meetings: z.array(meetingRowSchema) });
const eventsSchema = z.object({ events: z.array(toldEventSchema) });
const organisationsSchema = z.object({ organisations: z.array(organisationSchema) });
const id = encodeURIComponent;

export async function listMeetings(from: number, to: number): Promise<MeetingRow[]> {
  return (await callApi({ path: `/reports/meetings?from=${from}&to=${to}`, answer: meetingsSchema })).meetings;
}

export function readMinutes(roomId: string): Promise<MinutesAnswer> {
  return callApi({ path: `/reports/meetings/${id(roomId)}`, answer: minutesAnswerSchema });
}

export async function readEvents(roomId: string, seqs: readonly number[]): Promise<ToldEvent[]> {
  const path = `/reports/meetings/${id(roomId)}/events?seqs=${seqs.slice(0, 2_000).join(',')}`;
  return (await callApi({ path, answer: eventsSchema })).events;
}

export function readUsage(from: number, to: number): Promise<Usage> {
  return callApi({ path: `/reports/usage?from=${from}&to=${to}`, answer: usageSchema });
}

/** @param month `YYYY-MM` */
export function readCarrier(carrierId: string, month: string): Promise<CarrierReport> {
  return callApi({ path: `/reports/carriers/${id(carrierId)}?month=${month}`, answer: carrierReportSchema });
}

export function readYear(year: number): Promise<YearReview> {
  return callApi({ path: `/reports/years/${year}`, answer: yearReviewSchema });
}

export async function listCarriers(): Promise<{ organisationId: string; name: string }[]> {
  const { organisations } = await callApi({ path: '/organisations', answer: organisationsSchema });
  return organisations.filter(({ kind }) => kind === 'carrier');
}

/** Where a report is fetched as a file, in the language of the page. @param path below `/api/reports/` */
export function fileAddress(path: string, query: Record<string, string> = {}): string {
  return `/api/reports/${path}?${new URLSearchParams({ ...query, language: currentLocale() })}`;
}
