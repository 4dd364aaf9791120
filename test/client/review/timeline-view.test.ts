import { expect, it } from 'vitest';
import { outlineOf, placeOf, ticksOf } from '../../../client/review/timeline-view.ts';

it('places a moment in what is drawn', () => {
  expect(placeOf(75_000, { from: 50_000, to: 100_000 })).toBe(50);
  expect(placeOf(5, { from: 5, to: 5 })).toBe(0);
});

it('writes times far enough apart to be read, at round moments', () => {
  expect(ticksOf({ from: 0, to: 600_000 }, 500)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
  expect(ticksOf({ from: 61_000, to: 130_000 }, 300).every((at) => at % 30_000 === 0)).toBe(true);
  expect(ticksOf({ from: 0, to: 14_400_000 }, 900).length).toBeLessThan(12);
});

it('draws the sound by the time of the recording, flat in a gap', () => {
  const part = { part: 1, file: 'program.1.mp4', startedAt: 0, bytes: 1, durationMs: 1_000 };
  const timeline = {
    startedAt: 0,
    durationMs: 3_000,
    parts: [
      { ...part, at: 0, mediaAt: 0 },
      { ...part, part: 2, at: 2_000, mediaAt: 1_000 },
    ],
    gaps: [{ at: 1_000, durationMs: 1_000 }],
  };
  const outline = outlineOf({ bucketMs: 1_000, peaks: Uint8Array.of(255, 64) }, timeline, { from: 0, to: 3_000 }, 3);
  expect(outline).toBe('M0 1L0 0.000L1 1.000L2 0.499L2 1.501L1 1.000L0 2.000Z');
});
