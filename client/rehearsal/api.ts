import { z } from 'zod';
import {
  type FollowedRehearsal,
  followedRehearsalSchema,
  type SaveChecklist,
  type SiteDuty,
  type SiteTested,
  siteDutySchema,
} from '../../server/protocol/rehearsals.ts';
import { callApi } from '../session/api.ts';

// Every call throws `Refused`.

const dutiesSchema = z.object({ rehearsals: z.array(siteDutySchema) });
const of = (bookingId: string) => encodeURIComponent(bookingId);

export function readRehearsal(bookingId: string): Promise<FollowedRehearsal> {
  return callApi({ path: `/bookings/${of(bookingId)}/rehearsal`, answer: followedRehearsalSchema });
}

/** The centre, for a site that phoned. */
export function saveFor(bookingId: string, siteId: string, body: SaveChecklist): Promise<FollowedRehearsal> {
  const path = `/bookings/${of(bookingId)}/rehearsal/${encodeURIComponent(siteId)}`;
  return callApi({ method: 'PUT', path, body, answer: followedRehearsalSchema });
}

/** Whether the codecs of this meeting are tried by themselves. */
export function setRound(bookingId: string, on: boolean): Promise<FollowedRehearsal> {
  const path = `/bookings/${of(bookingId)}/rehearsal/round`;
  return callApi({ method: 'PUT', path, body: { on }, answer: followedRehearsalSchema });
}

export async function listDuties(): Promise<SiteDuty[]> {
  return (await callApi({ path: '/site/rehearsals', answer: dutiesSchema })).rehearsals;
}

export function saveChecklist(bookingId: string, body: SaveChecklist): Promise<SiteDuty> {
  return callApi({ method: 'PUT', path: `/site/rehearsals/${of(bookingId)}`, body, answer: siteDutySchema });
}

export function reportTested(bookingId: string, body: SiteTested): Promise<SiteDuty> {
  return callApi({ method: 'POST', path: `/site/rehearsals/${of(bookingId)}/tests`, body, answer: siteDutySchema });
}
