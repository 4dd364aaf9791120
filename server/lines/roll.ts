import type { LoggedEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Incident } from '../protocol/incidents.ts';
import type { Seat } from '../protocol/quality.ts';
import type { RoomState } from '../protocol/records.ts';

/** Who sat in a meeting, by the names that they had last, and which lines failed in it. */
export interface Roll {
  seats: ReadonlyMap<ParticipantId, Seat>;
  incidents: readonly Incident[];
  readAt: number;
  /** Nobody will join any more. */
  isOver: boolean;
}

export function rollOf(events: readonly LoggedEvent[], readAt: number): Roll {
  const seats = new Map<ParticipantId, Seat>();
  const incidents = new Map<string, Incident>();
  for (const { event } of events) {
    if (event.type === 'participantJoined') {
      const { id: participantId, name, role, kind, siteId } = event.participant;
      seats.set(participantId, { participantId, name, role, kind, ...(siteId === undefined ? {} : { siteId }) });
    } else if (event.type === 'participantRenamed') {
      const seat = seats.get(event.participantId);
      if (seat) seats.set(event.participantId, { ...seat, name: event.name });
    } else if ('incident' in event) {
      incidents.set(event.incident.id, event.incident);
    }
  }
  const isOver = events.some(({ event }) => event.type === 'meetingEnded');
  return { seats, incidents: [...incidents.values()], readAt, isOver };
}

export function rollOfState(state: RoomState | undefined): Pick<Roll, 'seats'> {
  const seats = Object.values(state?.participants ?? {}).map(({ id, name, role, kind, siteId }): [string, Seat] => [
    id,
    { participantId: id, name, role, kind, ...(siteId === undefined ? {} : { siteId }) },
  ]);
  return { seats: new Map(seats) };
}

/** Whom the log does not know it is as little as can be said of him. */
export function seatOf({ seats }: Pick<Roll, 'seats'>, participantId: ParticipantId): Seat {
  return seats.get(participantId) ?? { participantId, name: participantId, role: 'guest', kind: 'browser' };
}

export function namesOf(
  seats: ReadonlyMap<ParticipantId, Seat>,
  ids: readonly ParticipantId[],
): Record<string, string> {
  const names = [...new Set(ids)].flatMap((id) => {
    const name = seats.get(id)?.name;
    return name === undefined ? [] : [[id, name]];
  });
  return Object.fromEntries(names);
}
