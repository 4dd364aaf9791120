import type { PageQuery } from '../../protocol/api.ts';
import { Refused } from '../../protocol/refusals.ts';

/** One page of a list, in the order of its keys; `next` is shown for the page behind it. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { after, limit }: PageQuery,
): { page: T[]; next?: string } {
  const last = after === undefined ? undefined : keyOfMark(after);
  const sorted = all.map((one) => ({ one, key: keyOf(one) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const behind = last === undefined ? sorted : sorted.filter(({ key }) => key > last);
  const page = behind.slice(0, limit);
  const end = page.at(-1);
  return {
    page: page.map(({ one }) => one),
    ...(end && behind.length > limit ? { next: markOf(end.key) } : {}),
  };
}

/** Times as text that sorts as they do. */
export function timeKey(at: number, id: string): string {
  return `${String(at).padStart(16, '0')} ${id}`;
}

/** A mark says nothing to whoever gets it: it is only shown again. */
export function markOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** Throws `Refused` (`malformed`) for what we never gave out. */
export function keyOfMark(mark: string): string {
  const key = Buffer.from(mark, 'base64url').toString();
  if (markOf(key) !== mark) throw new Refused('malformed', 'after');
  return key;
}
