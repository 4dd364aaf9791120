import type { ParticipantId, RoomId } from '../protocol/ids.ts';
import type { FloorRequest, Layout, Participant, RoomState } from '../protocol/records.ts';

/** What is shown until the operator takes something else: the speaker large, five more beside. */
export const INITIAL_LAYOUT: Layout = {
  name: '1+5',
  slots: [{ show: 'speaker' }, ...Array.from({ length: 5 }, () => ({ show: 'auto' as const }))],
};

/** A room before its first event. */
export function emptyRoom(roomId: RoomId): RoomState {
  return {
    roomId,
    title: roomId,
    status: 'open',
    openedAt: 0,
    seq: 0,
    participants: {},
    requests: [],
    preview: { version: 0, layout: INITIAL_LAYOUT },
    program: INITIAL_LAYOUT,
    own: {},
    overlay: { banner: '', clock: false, names: true },
    hold: null,
    speaker: null,
    calls: {},
    sites: {},
    recording: { status: 'off' },
    attempts: [],
    chat: { open: false, messages: [] },
    incidents: [],
    rehearsal: null,
  };
}

/** In the room as far as the others are concerned: connected, or within its grace. */
export function isIn(participant: Participant | undefined): participant is Participant {
  return participant?.presence === 'present' || participant?.presence === 'away';
}

/** People sit in it, and not only those who operate it: what can wait does. */
export function isUnderWay({ status, participants }: RoomState): boolean {
  const attends = ({ role, kind, presence }: Participant) =>
    presence === 'present' && kind !== 'simulator' && (role === 'site' || role === 'chair' || role === 'guest');
  return status === 'open' && Object.values(participants).some(attends);
}

/** Someone who sits in the meeting, as against the engine's own participants. */
export function isAttendee(participant: Participant): boolean {
  return participant.role !== 'service';
}

/** The one request of this participant that is not over yet. */
export function pendingRequest(state: RoomState, participantId: ParticipantId): FloorRequest | undefined {
  return state.requests.find((r) => r.participantId === participantId && isPending(r));
}

export function isPending(request: FloorRequest): boolean {
  return request.status === 'requested' || request.status === 'forwarded' || request.status === 'speaking';
}
