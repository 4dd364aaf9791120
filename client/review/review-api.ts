import { z } from 'zod';
import {
  type ChangeRecording,
  type Comment,
  commentSchema,
  type IssuedShare,
  type IssueShare,
  inspectionSchema,
  issuedShareSchema,
  type RecordingAct,
  type RecordingDetail,
  type RecordingSummary,
  recordingActSchema,
  recordingDetailSchema,
  recordingSummarySchema,
  type Share,
  type StreamIndex,
  shareSchema,
  streamIndexSchema,
  type WriteComment,
} from '../../server/protocol/recording.ts';
import { callApi } from '../session/api.ts';
import { type Inspected, readInspected } from './timeline/inspection.ts';

// What the review pages ask of the server. All of it throws `Refused`.

const listSchema = z.object({ recordings: z.array(recordingSummarySchema) });
const sharesSchema = z.object({ shares: z.array(shareSchema) });
const actsSchema = z.object({ acts: z.array(recordingActSchema) });

/** Below `/api`. */
const pathOf = (recordingId: string) => `/recordings/${encodeURIComponent(recordingId)}`;
/** Where a file of a recording is fetched. */
export const addressOf = (recordingId: string, file: string) => `/api${pathOf(recordingId)}/${file}`;

export async function listRecordings(query = ''): Promise<RecordingSummary[]> {
  const asked = query.trim() === '' ? '' : `?${new URLSearchParams({ q: query.trim() })}`;
  return (await callApi({ path: `/recordings${asked}`, answer: listSchema })).recordings;
}

export function readRecording(recordingId: string): Promise<RecordingDetail> {
  return callApi({ path: pathOf(recordingId), answer: recordingDetailSchema });
}

/** What a token opens; the cookie for it comes with the answer. */
export async function openReview(token: string): Promise<RecordingSummary[]> {
  return (await callApi({ method: 'POST', path: '/review', body: { token }, answer: listSchema })).recordings;
}

/** Refused until it was made, some time after the stop. */
export async function readInspection(recordingId: string): Promise<Inspected> {
  const read = await callApi({ path: `${pathOf(recordingId)}/inspection`, answer: inspectionSchema });
  return readInspected(read, (n) => addressOf(recordingId, `strip/${n}.jpg`));
}

export function readStream(recordingId: string, stream: string): Promise<StreamIndex> {
  return callApi({ path: `${pathOf(recordingId)}/streams/${encodeURIComponent(stream)}`, answer: streamIndexSchema });
}

export function writeComment(recordingId: string, body: WriteComment): Promise<Comment> {
  return callApi({ method: 'POST', path: `${pathOf(recordingId)}/comments`, body, answer: commentSchema });
}

export async function deleteComment(recordingId: string, commentId: string): Promise<void> {
  const path = `${pathOf(recordingId)}/comments/${encodeURIComponent(commentId)}`;
  await callApi({ method: 'DELETE', path, answer: z.unknown() });
}

export async function listShares(recordingId: string): Promise<Share[]> {
  return (await callApi({ path: `${pathOf(recordingId)}/shares`, answer: sharesSchema })).shares;
}

export function issueShare(recordingId: string, body: IssueShare): Promise<IssuedShare> {
  return callApi({ method: 'POST', path: `${pathOf(recordingId)}/shares`, body, answer: issuedShareSchema });
}

export async function revokeShare(recordingId: string, shareId: string): Promise<void> {
  const path = `${pathOf(recordingId)}/shares/${encodeURIComponent(shareId)}`;
  await callApi({ method: 'DELETE', path, answer: z.unknown() });
}

export async function changeRecording(recordingId: string, body: ChangeRecording): Promise<void> {
  await callApi({ method: 'PATCH', path: pathOf(recordingId), body, answer: z.unknown() });
}

export async function deleteRecording(recordingId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: pathOf(recordingId), answer: z.unknown() });
}

export async function listActs(recordingId: string): Promise<RecordingAct[]> {
  return (await callApi({ path: `${pathOf(recordingId)}/acts`, answer: actsSchema })).acts;
}
