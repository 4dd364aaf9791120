import type { Participant, RoomState } from '../../../server/protocol/records.ts';
import { isIn } from '../../../server/room/state.ts';

/** Its camera obeys from afar (H.281). A browser's site frames itself. */
export function hasCamera(participant: Participant): boolean {
  return isIn(participant) && participant.endpoint?.cameraControl === true;
}

/** REG-11: the framing that matters is that of who speaks; before that, of who is heard. */
export function speakingCamera({ participants, speaker }: RoomState): Participant | undefined {
  const heard = Object.values(participants).filter((p) => p.gate === 'open' && hasCamera(p));
  return heard.find(({ id }) => id === speaker) ?? heard[0];
}
