import { REFUSAL_SENTENCES } from '../../server/protocol/refusal-words.ts';
import type { Refusal } from '../../server/protocol/refusals.ts';
import { catalogue } from './words.svelte.ts';

const sentences = catalogue(REFUSAL_SENTENCES);

/** What a refusal says to a person, in the page's language. Show `refusal.code` beside it in small print. */
export function sayRefusal(refusal: Pick<Refusal, 'code'>): string {
  return sentences[refusal.code];
}
