import { type ParticipantId, participantIdOfSite } from '../../../server/protocol/ids.ts';
import type { Call, InvitedSite, Participant, RoomState, Time } from '../../../server/protocol/records.ts';
import { isActive } from '../../../server/room/calls.ts';

/** An invited site that is not here. */
export interface AbsentSite {
  site: InvitedSite;
  participantId: ParticipantId;
  /** Its participant's name where it was here already, else the directory's. */
  name: string;
  /** By which it is on its way. */
  underWay: Call | null;
  /** What became of the last call, where none is under way. */
  last: Call | null;
  /** There is something to call. */
  hasAddress: boolean;
}

/** The calls as the operator looks for them. */
export interface CallGroups {
  /** Those that are being placed or wait, the newest first. */
  underWay: Call[];
  answered: Call[];
  /** Of those that are over the last one to each address; absent sites have a list of their own. */
  over: Call[];
}

/** @param most so many in all; what goes on is never hidden */
export function callGroups(room: RoomState, most: number): CallGroups {
  const calls = Object.values(room.calls).sort((a, b) => b.startedAt - a.startedAt);
  const active = calls.filter((call) => isUnderWay(room, call) || call.status === 'answered');
  const called = new Set(active.map((call) => call.participantId));
  const over: Call[] = [];
  for (const call of calls) {
    if (called.has(call.participantId)) continue;
    called.add(call.participantId);
    if (!isAbsentSite(room, call)) over.push(call);
  }
  const isAnswered = (call: Call) => call.status === 'answered';
  return {
    underWay: active.filter((call) => !isAnswered(call)),
    answered: active.filter(isAnswered),
    over: over.slice(0, Math.max(0, most - active.length)),
  };
}

/**
 * The invited sites that are not here, by name. Who was removed is no longer awaited.
 * @param compare how names are ordered, by the page's language
 */
export function absentSites(room: RoomState, compare: (a: string, b: string) => number): AbsentSite[] {
  const calls = new Map<ParticipantId, Call>();
  for (const call of Object.values(room.calls)) {
    const before = calls.get(call.participantId);
    if (!before || before.startedAt <= call.startedAt) calls.set(call.participantId, call);
  }
  const absent = Object.values(room.sites).filter(({ siteId }) => isAwaited(room, participantIdOfSite(siteId)));
  return absent
    .map((site) => {
      const participantId = participantIdOfSite(site.siteId);
      const call = calls.get(participantId);
      const underWay = call && isUnderWay(room, call) ? call : null;
      return {
        site,
        participantId,
        name: room.participants[participantId]?.name ?? site.name,
        underWay,
        last: underWay ? null : (call ?? null),
        hasAddress: (site.address ?? site.account ?? site.fallback) !== undefined,
      };
    })
    .sort((a, b) => compare(a.name, b.name) || (a.site.siteId < b.site.siteId ? -1 : 1));
}

/** Those that `dialAbsent` would call now. */
export function callable(absent: readonly AbsentSite[]): AbsentSite[] {
  return absent.filter(({ underWay, hasAddress }) => underWay === null && hasAddress);
}

/** The call that a participant is in now. */
export function callOf(room: RoomState, callId: string | undefined): Call | undefined {
  const call = callId === undefined ? undefined : room.calls[callId];
  return call && isActive(call) ? call : undefined;
}

/** The site's second way is in use. */
export function isByFallback({ address, fallback }: Call): boolean {
  return fallback !== undefined && address === fallback;
}

/** Whole seconds until a waiting call is tried again; null where it does not wait. */
export function secondsToRetry({ status, retryAt }: Call, now: Time): number | null {
  return status === 'waiting' && retryAt !== undefined ? Math.max(0, Math.ceil((retryAt - now) / 1000)) : null;
}

/** An answered call whose participant has gone is on its way nowhere. */
function isUnderWay({ participants }: RoomState, call: Call): boolean {
  if (!isActive(call)) return false;
  return call.status !== 'answered' || participants[call.participantId]?.presence !== 'left';
}

function isAbsentSite(room: RoomState, { siteId, participantId }: Call): boolean {
  return siteId !== undefined && room.sites[siteId] !== undefined && isAwaited(room, participantId);
}

function isAwaited({ participants }: RoomState, participantId: ParticipantId): boolean {
  const presence: Participant['presence'] | undefined = participants[participantId]?.presence;
  return presence !== 'present' && presence !== 'removed';
}
