import { expect, it } from 'vitest';
import { afterSilence, skippable } from '../../../../client/review/timeline/silence.ts';

it('skips silences, with a little left at both ends', () => {
  const silences = skippable([
    { fromMs: 2_000, toMs: 7_000 },
    { fromMs: 10_500, toMs: 14_500 },
  ]);
  expect(silences).toEqual([
    { from: 2_400, to: 6_600 },
    { from: 10_900, to: 14_100 },
  ]);
  expect(afterSilence(silences, 2_100)).toBeUndefined();
  expect(afterSilence(silences, 3_000)).toBe(6_600);
  expect(afterSilence(silences, 6_600)).toBeUndefined();
});
