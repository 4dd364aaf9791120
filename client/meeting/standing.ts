import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { FloorRequest, RoomState } from '../../server/protocol/records.ts';
import { isPending } from '../../server/room/state.ts';

/**
 * How a participant stands with the floor, in one word: heard (`live`), heard if it had not muted itself (`muted`) or
 * had a microphone (`noMicrophone`), waiting, or closed.
 */
export type Standing = 'closed' | 'requested' | 'forwarded' | 'declined' | 'live' | 'muted' | 'noMicrophone';

export interface Floor {
  readonly standing: Standing;
  /** The request it is about, where it is about one. */
  readonly request: FloorRequest | null;
}

/** A refusal is news for a while, then the microphone is simply closed. */
const DECLINED_FOR_MS = 60_000;

/** @param now the server's clock, in milliseconds since 1970 */
export function floorOf(room: RoomState, participantId: ParticipantId, now: number): Floor {
  const own = room.requests.filter((request) => request.participantId === participantId);
  const self = room.participants[participantId];
  if (self?.gate === 'open') {
    const request = own.find(({ status }) => status === 'speaking') ?? null;
    if (self.muted) return { standing: 'muted', request };
    const sends = self.sources.some(({ source }) => source === 'microphone');
    return { standing: sends ? 'live' : 'noMicrophone', request };
  }
  const pending = own.find(isPending);
  if (pending) return { standing: pending.status === 'forwarded' ? 'forwarded' : 'requested', request: pending };
  const last = own.at(-1);
  if (last?.status === 'declined' && now - (last.decidedAt ?? 0) < DECLINED_FOR_MS) {
    return { standing: 'declined', request: last };
  }
  return { standing: 'closed', request: null };
}
