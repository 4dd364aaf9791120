import type { Watched } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { presenterOf, sends } from '../../server/room/layout.ts';
import { isAttendee, isIn } from '../../server/room/state.ts';
import { COMPOSER_ID } from '../composer/id.ts';

/** The largest that is sent: a recording is looked at again, and closely. */
const LARGEST = 2;

/** Whose pictures a recording takes: the program, of who speaks his own, and what is presented, as it was asked for. */
export function watchedOf(state: RoomState, tier: string): Watched[] {
  const { recording } = state;
  const pictures: Watched[] = [
    { from: { participantId: COMPOSER_ID, source: 'program', tier }, spatialLayer: LARGEST },
  ];
  if (recording.status === 'off') return pictures;
  if (recording.tracks === 'speakers') {
    for (const { id } of speakersOf(state)) {
      pictures.push({ from: { participantId: id, source: 'camera' }, spatialLayer: LARGEST });
    }
  }
  const presenter = presenterOf(state);
  if (recording.content && presenter) {
    pictures.push({ from: { participantId: presenter.id, source: 'screen' }, spatialLayer: LARGEST });
  }
  return pictures;
}

function speakersOf({ participants }: RoomState) {
  return Object.values(participants).filter((p) => isIn(p) && isAttendee(p) && p.gate === 'open' && sends(p, 'camera'));
}

/** Somebody could speak: what is heard then is no silence. */
export function isSpokenIn({ participants }: RoomState): boolean {
  return Object.values(participants).some((p) => isIn(p) && isAttendee(p) && p.gate === 'open' && !p.muted);
}

/** Nobody is there but the centre itself. */
export function isEmpty({ participants }: RoomState): boolean {
  return !Object.values(participants).some((p) => isIn(p) && isAttendee(p) && p.role !== 'operator');
}
