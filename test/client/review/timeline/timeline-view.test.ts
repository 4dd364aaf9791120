import { expect, it } from 'vitest';
import { outlineOf } from '../../../../client/review/timeline/timeline-view.ts';

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
