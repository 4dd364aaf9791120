import type { ParticipantId } from '../../server/protocol/ids.ts';

/** The participant that draws the room's program. */
export const COMPOSER_ID = 'composer';
/** The one that mixes its sound: a participant of its own, so that neither can end the other. */
export const MIXER_ID = 'composer-mix';
/** What is presented, once as H.264, for the second screens of codecs. */
export const CONTENT_COMPOSER_ID = 'composer-content';
/** The program with what is presented inside it, for codecs without a second screen. */
export const INSIDE_COMPOSER_ID = 'composer-inside';

/** The one that draws the picture of this key (`server/room/viewing.ts`), where it is another than the program. */
export function composerFor(key: string): ParticipantId {
  return `composer-for-${key}`.slice(0, 64);
}
