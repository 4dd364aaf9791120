import type { LoggedEvent, RoomEvent } from '../../protocol/events.ts';
import type { Minutes, ToldEvent } from '../../protocol/reports.ts';

/** The numbers of all events that these minutes rest on. */
export function citedBy(minutes: Minutes): Set<number> {
  const { held, attendees, absent, speeches, unheard, presented, pauses, incidents, recordings, refused } = minutes;
  const stays = attendees.flatMap((attendee) => attendee.stays);
  const citing = [
    ...[held, ...stays, ...stays.flatMap(({ losses }) => losses), absent, ...speeches, ...unheard],
    ...[...presented, ...pauses, ...incidents, ...recordings, refused],
  ];
  return new Set(citing.flatMap(({ seqs }) => seqs));
}

/**
 * Events as people read them: who, what, and the one thing more that matters. Without addresses, keys and ids of media, so
 * that whoever may read the minutes may read them.
 * @param events of the whole meeting: names are as they were at each moment
 */
export function tellEvents(events: readonly LoggedEvent[], wanted: ReadonlySet<number>): ToldEvent[] {
  const names = new Map<string, string>();
  const told: ToldEvent[] = [];
  for (const { seq, at, by, event } of events) {
    if (event.type === 'participantJoined') names.set(event.participant.id, event.participant.name);
    if (wanted.has(seq)) {
      const about = subjectOf(event);
      const name = about === undefined ? undefined : (names.get(about) ?? about);
      const detail = detailOf(event);
      told.push({
        ...{ seq, at, by: doneBy(event) ?? names.get(by) ?? by, type: event.type },
        ...(name === undefined ? {} : { name }),
        ...(detail === undefined ? {} : { detail }),
      });
    }
    if (event.type === 'participantRenamed') names.set(event.participantId, event.name);
  }
  return told;
}

/** At the desk, when the meeting was over perhaps. */
function doneBy(event: RoomEvent): string | undefined {
  return 'desk' in event ? event.desk : undefined;
}

function subjectOf(event: RoomEvent): string | undefined {
  if ('participantId' in event) return event.participantId ?? undefined;
  if ('request' in event) return event.request.participantId;
  if ('incident' in event) return event.incident.participantIds[0];
  if (event.type === 'participantJoined') return event.participant.id;
  return event.type === 'attemptRefused' ? event.attempt.by : undefined;
}

/** A code of the catalogues, or what somebody wrote. */
function detailOf(event: RoomEvent): string | undefined {
  switch (event.type) {
    case 'participantJoined':
      return event.participant.kind;
    case 'participantLeft':
    case 'microphoneClosed':
    case 'floorFinished':
      return event.reason;
    case 'incidentOpened':
    case 'incidentWidened':
    case 'incidentEnded':
      return event.incident.reason?.measure ?? event.incident.kind;
    case 'incidentReported':
      return [event.incident.cause, event.incident.remedy].filter(Boolean).join(' · ');
    case 'incidentTold':
      return event.incident.told.at(-1)?.party;
    case 'attemptRefused':
      return event.attempt.verb;
    case 'holdBegan':
      return event.hold.text;
    case 'recordingSaved':
    case 'recordingStarted':
      return event.recordingId;
    default:
      return undefined;
  }
}
