import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';

/** The charts of a line in this meeting. */
export function lineAddress(participantId: ParticipantId, roomId: RoomId): string {
  return `/lines/${encodeURIComponent(participantId)}?roomId=${encodeURIComponent(roomId)}`;
}

/** All lines of a meeting. */
export function qualityAddress(roomId: RoomId): string {
  return `/quality/${encodeURIComponent(roomId)}`;
}
