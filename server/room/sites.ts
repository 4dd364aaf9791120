import { participantIdOfAddress, participantIdOfSite, type SiteId } from '../protocol/ids.ts';
import type { InvitedSite, RoomState } from '../protocol/records.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { accept, type Rule } from './decision.ts';
import type { SystemCommand, SystemVerb } from './system-commands.ts';

type Of<V extends SystemVerb> = Extract<SystemCommand, { verb: V }>;

/** Who is invited, and the way in for who is not known. */
export const siteRules = {
  invite: (state, { sites }) => {
    const isSame = JSON.stringify(sites) === JSON.stringify(Object.values(state.sites));
    return isSame ? accept() : accept({ type: 'sitesInvited', sites });
  },
  setPin: (state, { pin }) => (state.pin === pin ? accept() : accept({ type: 'pinSet', pin })),
} satisfies { [V in SystemVerb]?: Rule<Of<V>> };

/** Why this site may not enter; nothing where it may: it reaches only open meetings to which it is invited (REG-12). */
export function entryRefusal(state: RoomState, siteId: SiteId): RefusalCode | undefined {
  if (state.status === 'ended') return 'meetingEnded';
  if (!state.sites[siteId]) return 'notInvited';
  return state.participants[participantIdOfSite(siteId)]?.presence === 'removed' ? 'removed' : undefined;
}

/** The invited site that is reached at this address. */
export function siteAt(state: RoomState, address: string): InvitedSite | undefined {
  const wanted = participantIdOfAddress(address);
  return Object.values(state.sites).find(
    (s) => s.address !== undefined && participantIdOfAddress(s.address) === wanted,
  );
}
