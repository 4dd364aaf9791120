import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { FloorRequest, Participant, RoomState } from '../../server/protocol/records.ts';
import { isIn } from '../../server/room/state.ts';

/** What the chair decides about, read off the room as the chair sees it. */
export interface Agenda {
  /** Whose microphone is open: who has spoken longest first, the chair's own last. */
  speaking: Participant[];
  /** What was forwarded and waits, in the order of asking. */
  waiting: { request: FloorRequest; away: boolean }[];
  /** The last decisions, newest first. */
  decided: FloorRequest[];
}

const DECIDED_SHOWN = 4;

export function agendaOf(room: RoomState, self: ParticipantId): Agenda {
  const since = new Map(
    room.requests.filter((r) => r.status === 'speaking').map((r) => [r.participantId, r.speakingAt ?? r.requestedAt]),
  );
  // Whom the operator let speak without a request has no such time.
  const begun = ({ id }: Participant) => since.get(id) ?? Number.POSITIVE_INFINITY;
  const speaking = Object.values(room.participants)
    .filter((p) => p.gate === 'open' && isIn(p))
    .sort(
      (a, b) =>
        Number(a.id === self) - Number(b.id === self) || compare(begun(a), begun(b)) || compare(a.joinedAt, b.joinedAt),
    );
  const waiting = room.requests
    .filter((request) => request.status === 'forwarded')
    .map((request) => ({ request, away: room.participants[request.participantId]?.presence !== 'present' }));
  const decided = room.requests
    .filter((r) => r.status === 'declined' || r.status === 'finished')
    .sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0))
    .slice(0, DECIDED_SHOWN);
  return { speaking, waiting, decided };
}

/** Works for infinities too, whose difference is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
