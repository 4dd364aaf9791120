import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOut, type PartOnDisk, placeBeside, Wander } from '../../../server/recordings/timeline.ts';
import { fabricatePart } from './fabricate.ts';

const START = 1_767_574_800_000;
const at = (startedAt: number, fragments: number, part: number) =>
  fabricatePart({ startedAt, fragments, part, ms: 1_000 });

/** The clock stands differently from the fragment of this number on. */
function withClockMoved(part: PartOnDisk, from: number, byMs: number): PartOnDisk {
  const fragments = part.fragments.map((one, i) => (i < from ? one : { ...one, wall: one.wall + byMs }));
  return { ...part, fragments };
}

test('parts lie on the wall clock, with the gap between them', () => {
  const { timeline } = layOut([at(START, 10, 1), at(START + 70_000, 5, 2)]);
  expect(timeline).toMatchObject({ startedAt: START, durationMs: 75_000, gaps: [{ at: 10_000, durationMs: 60_000 }] });
  expect(timeline.parts.map((p) => [p.at, p.mediaAt, p.durationMs])).toEqual([
    [0, 0, 10_000],
    [70_000, 10_000, 5_000],
  ]);
});

test('a clock that was moved back makes no gap, and one moved within a part no second one', () => {
  const back = layOut([at(START, 10, 1), at(START - 3_600_000, 5, 2)]).timeline;
  expect(back).toMatchObject({ durationMs: 15_000, gaps: [] });
  const moved = withClockMoved(at(START, 10, 1), 5, 3_600_000);
  const after = layOut([moved, at(START + 3_600_000 + 12_000, 5, 2)]).timeline;
  expect(after).toMatchObject({ durationMs: 17_000, gaps: [{ at: 10_000, durationMs: 2_000 }] });
});

test('whatever the clock does, parts follow one another and nothing is lost', () => {
  const parts = fc.array(
    fc.record({ startedAt: fc.integer({ min: 0, max: 4e12 }), fragments: fc.integer({ min: 1, max: 4 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(parts, fc.array(fc.integer({ min: 0, max: 4e12 })), (wanted, moments) => {
      const placing = layOut(wanted.map((one, i) => at(one.startedAt, one.fragments, i + 1)));
      const { timeline } = placing;
      let end = 0;
      let mediaEnd = 0;
      for (const part of timeline.parts) {
        expect(part.at).toBeGreaterThanOrEqual(end);
        expect(part.mediaAt).toBe(mediaEnd);
        end = part.at + part.durationMs;
        mediaEnd += part.durationMs;
      }
      expect(timeline.durationMs).toBe(end);
      expect(timeline.gaps.reduce((sum, gap) => sum + gap.durationMs, mediaEnd)).toBe(end);
      const wander = new Wander(placing);
      for (const moment of moments) expect(wander.at(moment)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('moments are found by the clock that was then, in their order', () => {
  // The clock is put back by an hour after five seconds: the same times come twice.
  const placing = layOut([withClockMoved(at(START, 10, 1), 5, -3_600_000)]);
  const wander = new Wander(placing);
  const found = [-5_000, 1_000, 4_000, 6_000 - 3_600_000, 8_000 - 3_600_000].map((ms) => wander.at(START + ms));
  expect(found).toEqual([0, 1_000, 4_000, 6_000, 8_000]);
});

test('a moment within a gap is within the gap', () => {
  const placing = layOut([at(START, 10, 1), at(START + 70_000, 5, 2)]);
  expect(new Wander(placing).at(START + 30_000)).toBe(30_000);
});

test('other streams are placed beside the program, and do not overlap with themselves', () => {
  const program = layOut([at(START, 10, 1), at(START + 70_000, 50, 2)]);
  const track = [at(START + 4_000, 3, 1), at(START + 6_000, 3, 2), at(START + 80_000, 3, 3)];
  expect(placeBeside(track, program).map((p) => [p.at, p.mediaAt])).toEqual([
    [4_000, 0],
    [7_000, 3_000],
    [80_000, 6_000],
  ]);
});
