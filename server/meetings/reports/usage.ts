import { byName } from '../../protocol/by-name.ts';
import type { UnitUse, Usage, UsedMeeting } from '../../protocol/reports.ts';
import type { Host, MeetingFacts } from './facts.ts';
import { sum } from './spans.ts';

/**
 * Who used the system for how long (REG-20): by the unit that had called the meeting, by name; last what nobody had booked.
 * @param hostOf of a room
 */
export function usageOf(
  meetings: readonly MeetingFacts[],
  hostOf: (roomId: string) => Host | undefined,
  between: { from: number; to: number },
): Usage {
  const units = new Map<string, UnitUse>();
  for (const facts of [...meetings].sort((a, b) => a.openedAt - b.openedAt)) {
    const host = hostOf(facts.roomId);
    const key = host?.hostUnitId ?? '';
    const before = units.get(key);
    units.set(key, unitUse(host, [...(before?.meetings ?? []), usedMeeting(facts)]));
  }
  const isBooked = ({ hostUnitId }: UnitUse) => Number(hostUnitId === undefined);
  const named = (unit: UnitUse) => ({ name: unit.hostUnit });
  const sorted = [...units.values()].sort((a, b) => isBooked(a) - isBooked(b) || byName(named(a), named(b)));
  return { ...between, units: sorted };
}

function unitUse(host: Host | undefined, meetings: UsedMeeting[]): UnitUse {
  return {
    ...(host ? { hostUnitId: host.hostUnitId } : {}),
    hostUnit: host?.hostUnit ?? '',
    meetings,
    ms: sum(meetings.map(({ ms }) => ms)),
    sites: sum(meetings.map(({ sites }) => sites)),
    siteMs: sum(meetings.map(({ siteMs }) => siteMs)),
    recordedMs: sum(meetings.map(({ recordedMs }) => recordedMs)),
  };
}

function usedMeeting({ roomId, title, openedAt, endedAt, ms, sites, siteMs, recordedMs }: MeetingFacts): UsedMeeting {
  return { roomId, title, openedAt, endedAt, ms, sites, siteMs, recordedMs };
}
