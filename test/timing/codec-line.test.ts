/** A real codec behind a line that becomes narrow, with nothing configured of it. */
import { afterEach, expect, test } from 'vitest';
import { CODEC, CodecStory } from '../e2e/codec-story.ts';

let story: CodecStory | undefined;
afterEach(async () => {
  await story?.close();
  story = undefined;
});

test('REG-18: it hears on, sees a smaller picture, and its line is named', async () => {
  story = await CodecStory.begin();
  expect((await story.stage({ delayMs: 20 }, 'whole', 20_000)).afterMs).toBeDefined();
  const narrow = await story.stage({ delayMs: 20, kbps: 200 }, 'small', 40_000);
  expect(narrow.afterMs).toBeDefined();
  expect(narrow.heard).toBeGreaterThan(0.8);
  expect(narrow.reasons.some((reason) => reason.startsWith(`${CODEC}: loss down`))).toBe(true);
  expect(narrow.reasons.filter((reason) => !reason.startsWith(CODEC))).toEqual([]);
}, 90_000);
