import { byName } from '../../protocol/by-name.ts';
import type { EventType, LoggedEvent } from '../../protocol/events.ts';
import { participantIdOfSite } from '../../protocol/ids.ts';
import type { Attendee, Minutes, MinutesBooking } from '../../protocol/reports.ts';
import { Attendance } from './attendance.ts';
import { IncidentRecords } from './incidents.ts';
import { Shown } from './shown.ts';
import { Speeches } from './speeches.ts';

/** All that minutes and outages are folded from: the rest of a log need not be read for them. */
export const FOLDED_TYPES = [
  ...(['meetingOpened', 'meetingEnded', 'serverRestarted', 'sitesInvited', 'attemptRefused', 'callChanged'] as const),
  ...(['participantJoined', 'participantLost', 'participantReturned', 'participantLeft'] as const),
  ...(['participantRenamed', 'sourceOpened', 'sourceClosed', 'presentationStopped'] as const),
  ...(['floorRequested', 'requestForwarded', 'requestWithdrawn', 'requestDeclined', 'floorGranted'] as const),
  ...(['floorFinished', 'microphoneOpened', 'microphoneClosed', 'holdBegan', 'holdEnded'] as const),
  ...(['recordingStarted', 'recordingSaved', 'recordingFailed'] as const),
  ...(['incidentOpened', 'incidentWidened', 'incidentReported', 'incidentTold', 'incidentEnded'] as const),
] as const satisfies EventType[];

/** What is known of the meeting from elsewhere. */
export interface MinutesContext {
  roomId: string;
  now: number;
  booking?: MinutesBooking;
}

/**
 * The minutes of a meeting, derived from its log and nothing else; pure. Of a meeting that goes on: as far as it has come.
 * @param events of the whole meeting, in order
 */
export function minutesOf(events: readonly LoggedEvent[], { roomId, now, booking }: MinutesContext): Minutes {
  const attendance = new Attendance();
  const parts = { speeches: new Speeches(), shown: new Shown(), incidents: new IncidentRecords() };
  const frame = { title: roomId, openedAt: events[0]?.at ?? now, endedAt: undefined as number | undefined };
  const held: number[] = [];
  const refused: number[] = [];
  let invited: { sites: { siteId: string; name: string }[]; seqs: number[] } = { sites: [], seqs: [] };
  const nameOf = (id: string) => attendance.nameOf(id);
  for (const logged of events) {
    const { event, seq, at } = logged;
    attendance.see(logged);
    parts.speeches.see(logged, nameOf);
    parts.shown.see(logged, nameOf);
    parts.incidents.see(logged);
    if (event.type === 'meetingOpened') Object.assign(frame, { title: event.title, openedAt: at });
    if (event.type === 'meetingEnded') frame.endedAt = at;
    if (event.type === 'meetingOpened' || event.type === 'meetingEnded') held.push(seq);
    if (event.type === 'attemptRefused') refused.push(seq);
    if (event.type === 'sitesInvited') invited = { sites: event.sites, seqs: [seq] };
  }
  const { endedAt, ...open } = frame;
  const until = endedAt ?? now;
  const siteNames = new Map(invited.sites.map(({ siteId, name }) => [participantIdOfSite(siteId), name]));
  const attendees = attendance.until(until);
  // Who came by a link is no site of the directory; his name says that he was there.
  const came = new Set(attendees.flatMap(({ siteId, role, name }) => (role === 'site' ? [siteId, name] : [siteId])));
  const absent = invited.sites
    .filter(({ siteId, name }) => !came.has(siteId) && !came.has(name))
    .map(({ siteId, name }) => ({ siteId, name }));
  return {
    roomId,
    ...open,
    ...(endedAt === undefined ? {} : { endedAt }),
    until,
    held: { seqs: held },
    ...(booking ? { booking } : {}),
    attendees: attendees.sort((a, b) => rankOf(a) - rankOf(b) || byName(a, b)),
    absent: { sites: absent.sort(byName), seqs: invited.seqs },
    ...parts.speeches.until(until, booking?.heldAt),
    ...parts.shown.until(until, booking?.heldAt),
    incidents: parts.incidents.until(until, (id) => nameOf(id) ?? siteNames.get(id)),
    refused: { count: refused.length, seqs: refused },
  };
}

const RANKS: readonly Attendee['role'][] = ['chair', 'site', 'guest', 'operator'];

function rankOf({ role }: Attendee): number {
  return RANKS.indexOf(role);
}
