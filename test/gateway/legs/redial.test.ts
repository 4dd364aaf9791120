import { expect, test } from 'vitest';
import { type FailedAttempt, type NextAttempt, nextAttempt } from '../../../gateway/legs/redial.ts';
import type { CallCause } from '../../../server/protocol/records.ts';

const first: FailedAttempt = { attempt: 1, cause: 'noAnswer', tried: 'a', address: 'a', redial: true };

/** Where a site that never answers is called, and after how many seconds. */
function story(call: Partial<FailedAttempt>): [string, number][] {
  const calls: [string, number][] = [];
  let failed: FailedAttempt = { ...first, ...call };
  for (;;) {
    const next: NextAttempt | null = nextAttempt(failed, 0.5);
    if (!next) return calls;
    calls.push([next.address, next.afterMs / 1000]);
    failed = { ...failed, attempt: failed.attempt + 1, tried: next.address };
  }
}

test('a site that does not answer is called again, less and less often, and not for ever', () => {
  const calls = story({});
  expect(calls.slice(0, 5)).toEqual([5, 15, 30, 60, 60].map((seconds) => ['a', seconds]));
  expect(calls.length).toBe(19);
});

test('the fallback takes its turn after the second attempt', () => {
  expect(
    story({ fallback: 'b' })
      .map(([address]) => address)
      .slice(0, 5),
  ).toEqual(['a', 'b', 'a', 'b', 'a']);
});

test('without redial the fallback is called once, at once', () => {
  expect(story({ redial: false, fallback: 'b' })).toEqual([['b', 0]]);
  expect(story({ redial: false })).toEqual([]);
});

test('an address that does not exist is not tried again, its fallback is', () => {
  for (const cause of ['notFound', 'mediaRefused'] satisfies CallCause[]) {
    expect(nextAttempt({ ...first, cause }, 0.5)).toBe(null);
    expect(nextAttempt({ ...first, cause, fallback: 'b' }, 0.5)).toEqual({ address: 'b', afterMs: 0 });
    expect(nextAttempt({ ...first, cause, fallback: 'b', tried: 'b', attempt: 2 }, 0.5)).toBe(null);
  }
});

test('what somebody decided is not argued with', () => {
  for (const cause of ['declined', 'hungUp', 'cancelled'] satisfies CallCause[])
    expect(nextAttempt({ ...first, cause, fallback: 'b' }, 0.5)).toBe(null);
});

test('sites that failed together are not called in the same instant', () => {
  const [soonest, latest] = [nextAttempt(first, 0), nextAttempt(first, 1)];
  expect((latest?.afterMs ?? 0) - (soonest?.afterMs ?? 0)).toBe(2_000);
});
