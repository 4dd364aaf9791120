import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../server/media/pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is asked for is done at once, and in a rush once in each pause and once at its end', () => {
  const work = vi.fn();
  const pace = new Pace(work, 100);
  pace.ask();
  expect(work).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 50; i++) {
    pace.ask();
    vi.advanceTimersByTime(10);
  }
  expect(work).toHaveBeenCalledTimes(6);
  vi.advanceTimersByTime(1_000);
  expect(work).toHaveBeenCalledTimes(6);
  pace.ask();
  expect(work).toHaveBeenCalledTimes(7);
});

test('nothing that was asked for in the pause is forgotten, and nothing is done after the end', () => {
  const work = vi.fn();
  const pace = new Pace(work, 100);
  pace.ask();
  pace.ask();
  vi.advanceTimersByTime(100);
  expect(work).toHaveBeenCalledTimes(2);
  pace.ask();
  pace.close();
  vi.advanceTimersByTime(1_000);
  expect(work).toHaveBeenCalledTimes(2);
});

test('what cannot wait does not, and what was asked for before is done by it', () => {
  const work = vi.fn();
  const pace = new Pace(work, 100);
  pace.ask();
  pace.ask();
  pace.now();
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1_000);
  expect(work).toHaveBeenCalledTimes(2);
});
