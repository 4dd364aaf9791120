import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Watched } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import { COMPOSER_ID, CONTENT_COMPOSER_ID, composerFor, INSIDE_COMPOSER_ID } from '../composer/id.ts';

/**
 * What a codec may be shown as its one picture, the best first: the one with slides inside, and of those of
 * `server/room/viewing.ts` the one that the room lets it see.
 */
function mainPictures(participantId: ParticipantId): SourceRef[] {
  const drawn = [participantId, 'program-0', 'codecs', 'codecs-0'];
  return [
    { participantId: INSIDE_COMPOSER_ID, source: 'programWithContent' },
    ...drawn.map((key) => ({ participantId: composerFor(key), source: 'program' as const, for: key })),
    { participantId: COMPOSER_ID, source: 'program' },
  ];
}

const CONTENT: SourceRef = { participantId: CONTENT_COMPOSER_ID, source: 'content' };

/**
 * Every picture that may be made for this codec; which of them are, depends on the room. Nothing flows before it is
 * asked for. @param content where slides are shown
 */
export function watchedFor(participantId: ParticipantId, content: 'separate' | 'inside' | 'none'): Watched[] {
  const wanted = mainPictures(participantId).filter(
    ({ source }) => source !== 'programWithContent' || content === 'inside',
  );
  return [...wanted, ...(content === 'separate' ? [CONTENT] : [])].map((from) => ({ from, spatialLayer: 2 }));
}

/** Smaller is better; all of them replace each other. */
export function rankOf(participantId: ParticipantId, from: SourceRef): number {
  return mainPictures(participantId).findIndex((one) => keyOf(one) === keyOf(from));
}

export function keyOf({ participantId, source, for: listener }: SourceRef): string {
  return `${participantId}/${source}/${listener ?? ''}`;
}
