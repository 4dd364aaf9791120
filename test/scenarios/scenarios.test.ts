import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { play } from './transcript.ts';

const folder = new URL('./', import.meta.url);

/** `UPDATE_TRANSCRIPTS=1` writes what follows now into the files, to be read before it is committed. */
for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  test(name, () => {
    const file = new URL(name, folder);
    const written = readFileSync(file, 'utf8');
    const played = play(written);
    if (process.env.UPDATE_TRANSCRIPTS) writeFileSync(file, played);
    else expect(played).toBe(written);
  });
}
