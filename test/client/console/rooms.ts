import type { Call, FloorRequest, Participant, RoomState } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';

/** A participant who is there with camera and microphone, unless said otherwise. */
export function participant(id: string, given: Partial<Participant> = {}): Participant {
  return {
    id,
    role: 'site',
    kind: 'browser',
    name: id,
    presence: 'present',
    joinedAt: 0,
    presenceSince: 0,
    sources: [{ source: 'camera' }, { source: 'microphone' }],
    gate: 'closed',
    muted: false,
    ...given,
  };
}

export function request(id: string, given: Partial<FloorRequest> = {}): FloorRequest {
  return { id, participantId: `site-of-${id}`, name: id, status: 'requested', requestedAt: 0, ...given };
}

export function call(id: string, given: Partial<Call> = {}): Call {
  return {
    id,
    direction: 'out',
    address: `${id}@host`,
    name: id,
    participantId: `sip-${id}`,
    status: 'trying',
    attempt: 1,
    redial: false,
    startedAt: 0,
    changedAt: 0,
    ...given,
  };
}

export function room(participants: Participant[], given: Partial<RoomState> = {}): RoomState {
  return { ...emptyRoom('room'), participants: Object.fromEntries(participants.map((p) => [p.id, p])), ...given };
}
