import { type ParticipantId, participantIdOfSite, type SiteId } from '../../server/protocol/ids.ts';
import type { Incident } from '../../server/protocol/incidents.ts';
import type { Participant, RoomState } from '../../server/protocol/records.ts';

type Known = Pick<RoomState, 'participants' | 'sites'>;

/** The sites of an incident by name, in the order in which they failed. */
export function namesOf({ participantIds }: Incident, { participants, sites }: Known): string {
  const invited = Object.values(sites);
  const nameOf = (id: ParticipantId) =>
    participants[id]?.name ?? invited.find(({ siteId }) => participantIdOfSite(siteId) === id)?.name ?? id;
  return participantIds.map(nameOf).join(', ');
}

/** Whom to call is written in the directory, by site. */
export function siteOf({ participantIds }: Incident, { participants, sites }: Known): SiteId | undefined {
  const [first = ''] = participantIds;
  const invited = Object.keys(sites).find((siteId) => participantIdOfSite(siteId) === first);
  return participants[first]?.siteId ?? invited;
}

/** The longest first, as the queue of requests. */
export function runningIncidents({ incidents }: Pick<RoomState, 'incidents'>): Incident[] {
  return incidents.filter(({ endedAt }) => endedAt === undefined).toSorted((a, b) => a.openedAt - b.openedAt);
}

/** The last one first. */
export function pastIncidents({ incidents }: Pick<RoomState, 'incidents'>): Incident[] {
  return incidents
    .filter(({ endedAt }) => endedAt !== undefined)
    .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
}

/** Who may have one: everyone that sits in the meeting but the centre, and the invited sites that are not there. */
export function whereItMayBe({ participants, sites }: Known): { id: ParticipantId; name: string }[] {
  const here = Object.values(participants).filter(
    ({ role, presence }) => (role === 'site' || role === 'chair') && presence !== 'removed',
  );
  const absent = Object.values(sites).map(({ siteId, name }) => ({ id: participantIdOfSite(siteId), name }));
  const all = [...here.map(({ id, name }: Participant) => ({ id, name })), ...absent];
  return all.filter(({ id }, i) => all.findIndex((one) => one.id === id) === i);
}

const HOUR_MS = 3_600_000;

/** `14:30` as the next such time, or one that has just gone by; null where it is none. */
export function momentOf(typed: string, now: number): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(typed.trim()) ?? [];
  if (hours === undefined || minutes === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  const day = new Date(now);
  day.setHours(Number(hours), Number(minutes), 0, 0);
  const at = day.getTime();
  return at < now - 12 * HOUR_MS ? at + 24 * HOUR_MS : at;
}
