import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Endpoint, RoomState, SourceRef } from '../../server/protocol/records.ts';
import { PROGRAM_KEY, pictureKeyFor, sentPictureOf } from '../../server/room/viewing.ts';
import { COMPOSER_ID, CONTENT_COMPOSER_ID, composerFor, INSIDE_COMPOSER_ID } from '../composer/id.ts';
import { seesInside } from '../composer/plan.ts';

const PROGRAM: SourceRef = { participantId: COMPOSER_ID, source: 'program' };
const INSIDE: SourceRef = { participantId: INSIDE_COMPOSER_ID, source: 'programWithContent' };
const CONTENT: SourceRef = { participantId: CONTENT_COMPOSER_ID, source: 'content' };

/**
 * What a codec may be shown as its one picture, the best first: the one with slides inside, the one that is drawn for it
 * (`server/room/viewing.ts`), and until that is there everyone's. A bridge might see itself in that.
 * @param slides where it shows them
 */
export function mainPictures(state: RoomState, id: ParticipantId, slides: Endpoint['content']): SourceRef[] {
  const self = state.participants[id];
  if (!self) return [];
  const inside = slides === 'inside' && seesInside(state, self) ? [INSIDE] : [];
  const key = pictureKeyFor(state, id);
  if (key === PROGRAM_KEY) return [...inside, PROGRAM];
  const own: SourceRef = { participantId: composerFor(key), ...sentPictureOf(key) };
  return [...inside, own, ...(self.bridge ? [] : [PROGRAM])];
}

/** What it is shown in its second one. */
export function secondPicture(slides: Endpoint['content']): SourceRef | undefined {
  return slides === 'separate' ? CONTENT : undefined;
}

/** Whether both are one picture, of whatever tier. */
export function isSamePicture(a: SourceRef, b: SourceRef): boolean {
  return a.participantId === b.participantId && a.source === b.source && a.for === b.for;
}
