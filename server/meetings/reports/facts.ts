import type { LoggedEvent } from '../../protocol/events.ts';
import type { IncidentRecord, MeetingRow, UsedMeeting } from '../../protocol/reports.ts';
import { minutesOf } from './minutes.ts';
import { type LineUse, lineUses } from './outages.ts';
import { lengthOf, sum } from './spans.ts';

/** What months and years need of one meeting; small enough to be kept for each. */
export interface MeetingFacts extends UsedMeeting {
  /** Absent: it goes on, and `endedAt` is now. */
  isOver: boolean;
  speeches: number;
  speechMs: number;
  incidents: IncidentRecord[];
  lines: LineUse[];
}

/** @param events of the whole meeting, in order */
export function factsOf(events: readonly LoggedEvent[], roomId: string, now: number): MeetingFacts {
  const minutes = minutesOf(events, { roomId, now });
  const sites = minutes.attendees.filter(({ role }) => role === 'site');
  return {
    ...{ roomId, title: minutes.title, openedAt: minutes.openedAt, endedAt: minutes.until },
    isOver: minutes.endedAt !== undefined,
    ms: minutes.until - minutes.openedAt,
    sites: sites.length,
    siteMs: sum(sites.map(({ presentMs }) => presentMs)),
    recordedMs: sum(minutes.recordings.map((one) => one.durationMs ?? lengthOf(one))),
    speeches: minutes.speeches.length,
    speechMs: sum(minutes.speeches.map(lengthOf)),
    incidents: minutes.incidents,
    lines: lineUses(events, minutes.until),
  };
}

/** Who had called a meeting, where it was booked. */
export interface Host {
  bookingId: string;
  hostUnitId: string;
  hostUnit: string;
}

export function rowOf(facts: MeetingFacts, host: Host | undefined, ratings: readonly number[]): MeetingRow {
  const { roomId, title, openedAt, endedAt, isOver, sites, speeches, incidents } = facts;
  const mean = ratings.length > 0 ? { mean: sum(ratings) / ratings.length } : {};
  return {
    ...{ roomId, title, openedAt, ...(isOver ? { endedAt } : {}), ...host },
    ...{ sites, speeches, incidents: incidents.length, feedback: { count: ratings.length, ...mean } },
  };
}
