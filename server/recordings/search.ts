import type { Found } from '../protocol/recording.ts';
import { foldText } from './fold.ts';

/** A text of one recording that may contain a word. */
export interface Searched {
  in: Found['in'];
  text: string;
  folded: string;
  at?: number;
}

/** What is more likely meant: the meeting's name before a passing remark. */
const WEIGHT: Record<Found['in'], number> = { title: 16, site: 8, chapter: 4, chat: 2, note: 2, comment: 2 };
const MOST_FOUND = 5;

/**
 * Whether every word is found somewhere in these texts of one recording, and how well.
 * @param words folded
 * @returns nothing where one is missing
 */
export function match(words: readonly string[], texts: readonly Searched[]): { score: number; found: Found[] } | null {
  const hits = new Map<Searched, number>();
  const tokens = new Map(texts.map((text) => [text, text.folded.split(/[^\p{L}\p{N}]+/u)]));
  for (const word of words) {
    const found = texts.filter(({ folded }) => folded.includes(word));
    if (found.length === 0) return null;
    for (const text of found)
      hits.set(text, (hits.get(text) ?? 0) + scoreOf(word, tokens.get(text) ?? []) * WEIGHT[text.in]);
  }
  const best = [...hits].toSorted(([a, scoreA], [b, scoreB]) => scoreB - scoreA || (a.at ?? 0) - (b.at ?? 0));
  // The best of each kind counts: a word that is said in a hundred places is not worth a hundred titles.
  const score = Object.keys(WEIGHT).reduce((sum, kind) => sum + (best.find(([text]) => text.in === kind)?.[1] ?? 0), 0);
  return { score, found: best.slice(0, MOST_FOUND).map(([text]) => foundOf(text)) };
}

export function searched(where: Found['in'], text: string, at?: number): Searched {
  return { in: where, text, folded: foldText(text), ...(at === undefined ? {} : { at }) };
}

/** A whole word is worth more than a part of one, and its beginning more than its middle. */
function scoreOf(word: string, words: readonly string[]): number {
  if (words.includes(word)) return 4;
  return words.some((one) => one.startsWith(word)) ? 2 : 1;
}

function foundOf({ in: kind, text, at }: Searched): Found {
  return { in: kind, text: text.slice(0, 200), ...(at === undefined ? {} : { at }) };
}
