import { z } from 'zod';
import { type IssueLink, type LinkSummary, linkSummarySchema } from '../../server/protocol/http.ts';
import type { RoomId } from '../../server/protocol/ids.ts';
import type { Time } from '../../server/protocol/records.ts';
import { callApi } from '../session/api.ts';

const listSchema = z.object({ links: z.array(linkSummarySchema) });

function pathOf(roomId: RoomId): string {
  return `/rooms/${encodeURIComponent(roomId)}/links`;
}

/** Every link of a room, the newest first. Throws `Refused`. */
export async function listLinks(roomId: RoomId): Promise<LinkSummary[]> {
  const { links } = await callApi({ path: pathOf(roomId), answer: listSchema });
  return links.sort((a, b) => b.issuedAt - a.issuedAt);
}

export function issueLink(roomId: RoomId, link: IssueLink): Promise<LinkSummary> {
  return callApi({ method: 'POST', path: pathOf(roomId), body: link, answer: linkSummarySchema });
}

export async function revokeLink(roomId: RoomId, linkId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: `${pathOf(roomId)}/${encodeURIComponent(linkId)}`, answer: z.unknown() });
}

export function linkStatus(link: LinkSummary, now: Time): 'valid' | 'expired' | 'revoked' {
  if (link.revokedAt !== undefined) return 'revoked';
  return link.expiresAt <= now ? 'expired' : 'valid';
}
