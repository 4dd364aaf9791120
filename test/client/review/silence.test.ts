import { describe, expect, it } from 'vitest';
import { afterSilence, silencesOf } from '../../../client/review/silence.ts';

const loud = (count: number) => Array.from({ length: count }, () => 120);
const quiet = (count: number) => Array.from({ length: count }, () => 2);

describe('silencesOf', () => {
  it('skips what is long, with a little left at both ends', () => {
    const peaks = [...loud(20), ...quiet(50), ...loud(20), ...quiet(10), ...loud(5), ...quiet(40)];
    const silences = silencesOf({ v: 1, stepMs: 100, peaks });
    expect(silences).toEqual([
      { from: 2_400, to: 6_600 },
      { from: 10_900, to: 14_100 },
    ]);
    expect(afterSilence(silences, 3_000)).toBe(6_600);
    expect(afterSilence(silences, 6_600)).toBeUndefined();
  });
});
