/**
 * Text as a search compares it: without case, without the marks of Vietnamese (ă, ế, đ…), blanks as one. What people
 * type on a foreign keyboard finds what was written on their own.
 */
export function foldText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd').replace(/\s+/g, ' ').trim();
}

const MOST_WORDS = 8;

/** The words that must all be found. */
export function wordsOf(query: string): string[] {
  const words = foldText(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return [...new Set(words)].slice(0, MOST_WORDS);
}
