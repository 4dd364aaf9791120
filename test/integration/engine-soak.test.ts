import { expect, test } from 'vitest';
import { soak } from '../load/_soak.ts';

// The same for an hour: npm run soak -- composer.
test('scenes, inputs and tiers change all the time: each tile shows who and when it should, in step with the sound', async () => {
  const figures = await soak({ seconds: 25, changeMs: 150, joinMs: 1000, transitions: false, seed: 4 });
  const { examples, tilesChecked, wrongTiles, memoryMb, syncMs } = figures;
  expect(figures.changes).toBeGreaterThan(40);
  expect(tilesChecked).toBeGreaterThan(500);
  // A process that stands still for seconds may make pictures look old here and there.
  expect(wrongTiles / tilesChecked, examples.join('\n')).toBeLessThan(0.01);
  expect(figures.largestGapFrames).toBeLessThan(4);
  expect(figures.keyFramesPerSecond).toBeLessThan(0.5);
  expect(memoryMb.picture.end - memoryMb.picture.start).toBeLessThan(40);
  expect(memoryMb.mix.end - memoryMb.mix.start).toBeLessThan(20);
  // The sound at most so far ahead of the picture, or behind it.
  expect(syncMs.median).toBeLessThan(45);
  expect(syncMs.median).toBeGreaterThan(-125);
}, 90_000);
