import { expect, test } from 'vitest';
import { planOf } from '../../../gateway/recorder/inspection.ts';

test('a thumbnail every two seconds, fewer where it is long, and always enough to reach the end', () => {
  const plan = (minutes: number) => {
    const { everyMs, count } = planOf(minutes * 60_000);
    return [everyMs, count];
  };
  expect(plan(0.01)).toEqual([2_000, 1]);
  expect(plan(1)).toEqual([2_000, 30]);
  expect(plan(60)).toEqual([18_000, 200]);
  expect(plan(125)).toEqual([38_000, 198]);
});
