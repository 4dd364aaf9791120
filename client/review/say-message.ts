import type { RecordedMessage } from '../../server/protocol/recording.ts';
import { playerWords } from './player/player-words.ts';

/** Who wrote it, and to whom where not everyone could read it. */
export function sayMessage({ name, to, site }: RecordedMessage): string {
  const say = playerWords.message;
  if (to === 'everyone') return name;
  if (to === 'centre') return say.within({ name });
  return site === undefined || site === name ? say.toCentre({ name }) : say.toSite({ name, site });
}
