import { expect, test } from 'vitest';
import { soak } from '../load/_soak.ts';
import { limits } from '../load/_soak-verdict.ts';

// The same for an hour: npm run soak -- composer.
test('scenes, inputs and tiers change all the time: each tile shows who and when it should, in step with the sound', async () => {
  const figures = await soak({ seconds: 25, changeMs: 150, joinMs: 1000, transitions: false, seed: 4 });
  const { examples, tilesChecked, wrongTiles, memoryMb, syncMs, outputs } = figures;
  expect(figures.changes).toBeGreaterThan(40);
  expect(tilesChecked).toBeGreaterThan(500);
  // A process that stands still for seconds may make pictures look old here and there.
  expect(wrongTiles / tilesChecked, examples.join('\n')).toBeLessThan(0.01);
  for (const output of Object.values(outputs)) {
    expect(output.ssrcs).toBe(1);
    expect(output.largestGapFrames).toBeLessThan(4);
    expect(output.leastKeyFrameDistanceMs ?? 10_000).toBeGreaterThan(limits.leastKeyFrameDistanceMs);
  }
  expect(outputs['360p15']?.keyFramesPerSecond).toBeLessThan(0.5);
  expect(memoryMb.picture.end - memoryMb.picture.start).toBeLessThan(40);
  expect(memoryMb.mix.end - memoryMb.mix.start).toBeLessThan(20);
  expect(syncMs.median).toBeLessThan(limits.syncMs.most);
  expect(syncMs.median).toBeGreaterThan(limits.syncMs.least);
}, 90_000);
