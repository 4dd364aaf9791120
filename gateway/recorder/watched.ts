import type { Watched } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { presenterOf, sends } from '../../server/room/layout.ts';
import { isAttendee, isIn } from '../../server/room/state.ts';
import { COMPOSER_ID } from '../composer/id.ts';

/** The largest that is sent: a recording is looked at again, and closely. */
const LARGEST = 2;

/** The picture that a program is. */
export function programOf(tier: string): Watched[] {
  return [{ from: { participantId: COMPOSER_ID, source: 'program', tier }, spatialLayer: LARGEST }];
}

/** Whose pictures are kept beside it, as it was asked for: of who speaks his own, and what is presented. */
export function tracksOf(state: RoomState): Watched[] {
  const { recording } = state;
  if (recording.status === 'off') return [];
  const speakers = recording.tracks === 'speakers' ? speakersOf(state) : [];
  const pictures = speakers.map(({ id }) => pictureOf(id, 'camera'));
  const presenter = recording.content ? presenterOf(state) : null;
  return presenter ? [...pictures, pictureOf(presenter.id, 'screen')] : pictures;
}

/** Whether anything is to be kept beside the program. */
export function hasTracks({ recording }: RoomState): boolean {
  return recording.status !== 'off' && (recording.tracks === 'speakers' || recording.content);
}

function pictureOf(participantId: string, source: 'camera' | 'screen'): Watched {
  return { from: { participantId, source }, spatialLayer: LARGEST };
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
