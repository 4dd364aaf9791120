import { z } from 'zod';
import { type Session, sessionSchema } from '../../server/protocol/accounts.ts';
import { type RoomSummary, roomSummarySchema } from '../../server/protocol/http.ts';
import type { SiteId } from '../../server/protocol/ids.ts';
import { callApi } from '../session/api.ts';
import { Refused } from '../session/refused.ts';

const roomsSchema = z.object({ rooms: z.array(roomSummarySchema) });

/** Who is signed in, or null. Throws `Refused` for everything else that can go wrong. */
export async function currentSession(): Promise<Session | null> {
  try {
    return await callApi({ path: '/session', answer: sessionSchema });
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.refusal.code === 'notSignedIn') return null;
    throw thrown;
  }
}

/** @param code of the telephone, or of recovery; asked for by the refusal `codeRequired` */
export function signIn(username: string, password: string, code?: string): Promise<Session> {
  const body = { username, password, ...(code === undefined ? {} : { code }) };
  return callApi({ method: 'POST', path: '/sign-in', body, answer: sessionSchema });
}

export function changePassword(password: string, newPassword: string): Promise<Session> {
  return callApi({ method: 'POST', path: '/password', body: { password, newPassword }, answer: sessionSchema });
}

export async function signOut(): Promise<void> {
  await callApi({ method: 'POST', path: '/sign-out', answer: z.unknown() });
}

/** Open meetings first, each group with the newest first. */
export async function listRooms(): Promise<RoomSummary[]> {
  const { rooms } = await callApi({ path: '/rooms', answer: roomsSchema });
  return rooms.sort((a, b) => Number(a.status === 'ended') - Number(b.status === 'ended') || b.openedAt - a.openedAt);
}

export function openRoom(title: string, siteIds: readonly SiteId[]): Promise<RoomSummary> {
  return callApi({ method: 'POST', path: '/rooms', body: { title, siteIds }, answer: roomSummarySchema });
}
