import { z } from 'zod';
import { bansSchema, invitationsSchema, type SaveSite, type Site, siteSchema } from '../../../server/protocol/http.ts';
import type { RoomId, SiteId } from '../../../server/protocol/ids.ts';
import type { SipBan } from '../../../server/protocol/wire.ts';
import { callApi } from '../../session/api.ts';

const sitesSchema = z.object({ sites: z.array(siteSchema) });

/** The directory, in no order. Every call here throws `Refused`. */
export async function listSites(): Promise<Site[]> {
  return (await callApi({ path: '/sites', answer: sitesSchema })).sites;
}

/** @param siteId of the site that is changed; without one a site is added */
export function saveSite(site: SaveSite, siteId?: SiteId): Promise<Site> {
  return siteId === undefined
    ? callApi({ method: 'POST', path: '/sites', body: site, answer: siteSchema })
    : callApi({ method: 'PUT', path: `/sites/${encodeURIComponent(siteId)}`, body: site, answer: siteSchema });
}

export async function removeSite(siteId: SiteId): Promise<void> {
  await callApi({ method: 'DELETE', path: `/sites/${encodeURIComponent(siteId)}`, answer: z.unknown() });
}

function invitationsOf(roomId: RoomId): string {
  return `/rooms/${encodeURIComponent(roomId)}/sites`;
}

export async function listInvited(roomId: RoomId): Promise<SiteId[]> {
  return (await callApi({ path: invitationsOf(roomId), answer: invitationsSchema })).siteIds;
}

export async function saveInvited(roomId: RoomId, siteIds: readonly SiteId[]): Promise<void> {
  await callApi({ method: 'PUT', path: invitationsOf(roomId), body: { siteIds }, answer: invitationsSchema });
}

/** The sources that the gateway does not listen to. */
export async function listBans(): Promise<SipBan[]> {
  return (await callApi({ path: '/sip/bans', answer: bansSchema })).bans;
}

export async function liftBan(ip: string): Promise<void> {
  await callApi({ method: 'DELETE', path: `/sip/bans/${encodeURIComponent(ip)}`, answer: z.unknown() });
}
