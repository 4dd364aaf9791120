/** What a weak line does to who is behind it: a browser in a network namespace, and every packet through a shaped line. */
import { expect, test } from './fixtures.ts';
import { LineStory, OTHER, SITE } from './line-story.ts';

/** That the other line loses packets or is too narrow: it does neither. */
function isHeldAgainstOther(reason: string): boolean {
  return [`${OTHER}: loss`, `${OTHER}: bandwidth`].some((wrong) => reason.startsWith(wrong));
}

test('REG-18: sound goes on at 64 kbit/s, nobody is dropped at 15, and the line that is weak is named', async () => {
  test.setTimeout(240_000);
  const story = await LineStory.begin();
  try {
    await test.step('loss and delay are repaired', async () => {
      const { up, down } = await story.stage({ loss: 0.03, delayMs: 60, reordered: 0.02 }, 4);
      for (const way of [up, down]) expect(way.heard).toBeGreaterThan(0.9);
    });

    await test.step('nobody is seen going while nothing passes for a quarter of a minute, nor afterwards', async () => {
      await story.stage({ loss: 1 }, 15);
      const { back, kept } = await story.stage({ delayMs: 20 }, 8);
      expect(kept).toBe(true);
      for (const way of [back.up, back.down]) expect(way.soundMs).toBeLessThan(7_000);
    });

    await test.step('64 kbit/s carry the sound, whatever becomes of the pictures', async () => {
      const { up, down, kept, reasons } = await story.stage({ kbps: 64, delayMs: 20 }, 9);
      for (const way of [up, down]) expect(way.heard).toBeGreaterThan(0.85);
      expect(kept).toBe(true);
      expect(reasons.filter((reason) => reason.startsWith(SITE))).not.toEqual([]);
      expect(reasons.filter(isHeldAgainstOther)).toEqual([]);
    });

    await test.step('after twenty seconds of 15 kbit/s everything comes back by itself, and the site never went', async () => {
      const narrow = await story.stage({ kbps: 15, delayMs: 20 }, 20);
      expect(narrow.kept).toBe(true);
      expect(narrow.reasons.filter(isHeldAgainstOther)).toEqual([]);
      const { back, kept } = await story.stage({ delayMs: 20 }, 10);
      for (const way of [back.up, back.down]) {
        expect(way.soundMs).toBeLessThan(3_000);
        expect(way.pictureMs).toBeLessThan(7_000);
      }
      expect(kept).toBe(true);
    });
  } finally {
    await story.close();
  }
});
