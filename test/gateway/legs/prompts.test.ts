import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { promptFile, prompts } from '../../../gateway/legs/prompts.ts';

test.each(['vi', 'en'] as const)('every prompt is there in %s, with its text', async (language) => {
  for (const prompt of prompts) {
    const file = promptFile(language, prompt);
    const sound = await readFile(file);
    expect(sound.subarray(0, 4).toString(), file).toBe('OggS');
    expect(sound.includes('OpusHead'), file).toBe(true);
    expect(sound.length, file).toBeLessThan(20_000);
    expect((await readFile(file.replace(/opus$/, 'txt'), 'utf8')).trim(), file).not.toBe('');
  }
});
