import type { LoggedEvent } from '../../protocol/events.ts';
import type { IncidentRecord, MeetingRow, Stay, UsedMeeting } from '../../protocol/reports.ts';
import { type MinutesContext, minutesOf } from './minutes.ts';
import { type LineUse, lineUses } from './outages.ts';
import { lengthOf, sum, unionMs } from './spans.ts';

/** What months and years need of one meeting; small enough to be kept for each. */
export interface MeetingFacts extends UsedMeeting {
  /** Absent: it goes on, and `endedAt` is now. */
  isOver: boolean;
  speeches: number;
  speechMs: number;
  incidents: IncidentRecord[];
  lines: LineUse[];
}

/** Without the rehearsal, but for the lines. @param events of the whole meeting, in order */
export function factsOf(events: readonly LoggedEvent[], context: MinutesContext): MeetingFacts {
  const minutes = minutesOf(events, context);
  const openedAt = context.booking?.heldAt ?? minutes.openedAt;
  const sites = minutes.attendees.filter(({ role }) => role === 'site');
  return {
    ...{ roomId: context.roomId, title: minutes.title, openedAt, endedAt: Math.max(openedAt, minutes.until) },
    isOver: minutes.endedAt !== undefined,
    ms: Math.max(0, minutes.until - openedAt),
    sites: sites.length,
    siteMs: sum(sites.flatMap(({ stays }) => stays.map((stay) => presentSince(stay, openedAt)))),
    recordedMs: sum(minutes.recordings.map((one) => one.durationMs ?? lengthOf(one))),
    speeches: minutes.speeches.length,
    speechMs: sum(minutes.speeches.map(lengthOf)),
    incidents: minutes.incidents,
    lines: lineUses(events, minutes.until),
  };
}

function presentSince(stay: Stay, since: number): number {
  const after = (spans: readonly Pick<Stay, 'from' | 'to'>[]) =>
    unionMs(spans.map(({ from, to }) => ({ from: Math.max(from, since), to: Math.max(to, since) })));
  return after([stay]) - after(stay.losses);
}

/** Who had called a meeting, where it was booked. */
export interface Host {
  bookingId: string;
  hostUnitId: string;
  hostUnit: string;
}

export function rowOf(facts: MeetingFacts, host: Host | undefined, ratings: readonly number[]): MeetingRow {
  const { roomId, title, openedAt, endedAt, isOver, ms, sites, siteMs, speeches, incidents } = facts;
  const mean = ratings.length > 0 ? { mean: sum(ratings) / ratings.length } : {};
  return {
    ...{ roomId, title, openedAt, ...(isOver ? { endedAt } : {}), ...host },
    ...{ ms, sites, siteMs, speeches, incidents: incidents.length, feedback: { count: ratings.length, ...mean } },
  };
}
