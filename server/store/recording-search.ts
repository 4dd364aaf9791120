import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database, Schema } from './schema.ts';

type SearchedText = Schema['recording_texts'];

/** Looked through in one go, a few milliseconds: between two of them whatever else waits has its turn. */
const ROWS_AT_ONCE = 1_000;

/**
 * For each of these (folded) words the shortest texts that contain it: of each recording no more than `most`, so that a
 * word that is everywhere in one does not hide the others. Every text is looked at, because a word may be in the middle
 * of another; nobody waits for it but the one who searches.
 */
export async function findTexts(db: Database, words: readonly string[], most: number): Promise<SearchedText[]> {
  const shortest = new Map<string, SearchedText[]>();
  const last = await lastRow(db);
  for (let from = 0; from < last; from += ROWS_AT_ONCE) {
    for (const text of await textsWith(db, words, from)) {
      for (const word of words)
        if (text.folded.includes(word)) keep(shortest, `${word} ${text.recording_id}`, text, most);
    }
    await turn();
  }
  return [...new Set([...shortest.values()].flat())];
}

async function lastRow(db: Database): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`select max(rowid) as last from recording_texts`.execute(db);
  return rows[0]?.last ?? 0;
}

function textsWith(db: Database, words: readonly string[], from: number): Promise<SearchedText[]> {
  return db
    .selectFrom('recording_texts')
    .selectAll()
    .where(sql`rowid`, '>', from)
    .where(sql`rowid`, '<=', from + ROWS_AT_ONCE)
    .where((e) => e.or(words.map((word) => e('folded', 'like', `%${word}%`))))
    .execute();
}

function keep(shortest: Map<string, SearchedText[]>, key: string, text: SearchedText, most: number): void {
  const kept = shortest.get(key);
  if (!kept) return void shortest.set(key, [text]);
  const longest = kept.at(-1);
  if (kept.length === most && longest && isAfter(text, longest)) return;
  const place = kept.findIndex((one) => isAfter(one, text));
  kept.splice(place < 0 ? kept.length : place, 0, text);
  if (kept.length > most) kept.pop();
}

function isAfter(a: SearchedText, b: SearchedText): boolean {
  return (
    a.folded.length - b.folded.length > 0 || (a.folded.length === b.folded.length && (a.at_ms ?? 0) >= (b.at_ms ?? 0))
  );
}
