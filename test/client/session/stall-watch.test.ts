import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StallWatch } from '../../../client/session/stall-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const reach = vi.fn((_signal: AbortSignal): Promise<unknown> => Promise.resolve());
  const stalled = vi.fn();
  return { reach, stalled, watch: new StallWatch({ reach, stalled }) };
}

test('a connection on which something comes is left alone', async () => {
  const { reach, watch: w } = watch();
  for (let second = 0; second < 60; second += 5) {
    w.heard();
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(reach).not.toHaveBeenCalled();
});

test('one that stands still is given up as soon as another would come about', async () => {
  const { reach, stalled, watch: w } = watch();
  let isGood = false;
  reach.mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    if (!isGood) throw new Error('timeout');
  });
  w.heard();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reach).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(reach.mock.calls.length).toBeGreaterThan(5);
  expect(stalled).not.toHaveBeenCalled();
  isGood = true;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(stalled).toHaveBeenCalledOnce();
});

test('what comes meanwhile counts more than what was tried', async () => {
  const { reach, stalled, watch: w } = watch();
  let answer: () => void = () => undefined;
  reach.mockImplementation(() => new Promise<void>((resolve) => (answer = resolve)));
  w.heard();
  await vi.advanceTimersByTimeAsync(11_000);
  w.heard();
  answer();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(stalled).not.toHaveBeenCalled();
});

test('nothing is tried while there is no connection', async () => {
  const { reach, watch: w } = watch();
  w.heard();
  w.rest();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reach).not.toHaveBeenCalled();
});

test('where an answer is due that comes at once, less silence is enough; no longer than it is due', async () => {
  const { reach, stalled, watch: w } = watch();
  let answer: () => void = () => undefined;
  reach.mockRejectedValue(new Error('timeout'));
  w.heard();
  const due = w.expect(new Promise<void>((resolve) => (answer = resolve)));
  await vi.advanceTimersByTimeAsync(4_000);
  const tried = reach.mock.calls.length;
  expect(tried).toBeGreaterThan(1);
  w.heard();
  answer();
  await due;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reach.mock.calls.length).toBe(tried);
  reach.mockResolvedValue(undefined);
  await expect(w.expect(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  void w.expect(new Promise(() => undefined));
  w.heard();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stalled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(stalled).toHaveBeenCalledOnce();
});
