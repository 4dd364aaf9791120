import { afterEach, expect, test, vi } from 'vitest';
import { BackOff, persist } from '../../gateway/back-off.ts';

afterEach(() => {
  vi.useRealTimers();
});

const times = { firstMs: 300, longestMs: 5_000 };

test('the first wait is short, each after it twice as long, up to a limit', () => {
  const backOff = new BackOff(times);
  let now = 0;
  const waits = Array.from({ length: 7 }, () => {
    const wait = backOff.next(now);
    now += wait + 50;
    return wait;
  });
  expect(waits).toEqual([300, 600, 1_200, 2_400, 4_800, 5_000, 5_000]);
});

test('what failed after it had run for a while is begun again at once, even if it failed often before', () => {
  const backOff = new BackOff(times);
  for (let failure = 0; failure < 8; failure += 1) backOff.next(failure * 5_000);
  expect(backOff.next(7 * 5_000 + 10_001)).toBe(300);
  expect(backOff.next(7 * 5_000 + 10_301)).toBe(600);
});

test('what fails is tried until it succeeds, and then no more', async () => {
  vi.useFakeTimers();
  const waits: number[] = [];
  let tries = 0;
  const step = async () => {
    tries += 1;
    if (tries < 4) throw new Error('not yet');
  };
  persist(step, new BackOff(times), (_error, waitMs) => waits.push(waitMs));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(waits).toEqual([300, 600, 1_200]);
  expect(tries).toBe(4);
});

test('who gives up tries no more', async () => {
  vi.useFakeTimers();
  let tries = 0;
  const step = () => {
    tries += 1;
    return Promise.reject(new Error('never'));
  };
  const giveUp = persist(step, new BackOff(times), () => undefined);
  await vi.advanceTimersByTimeAsync(400);
  giveUp();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tries).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});
