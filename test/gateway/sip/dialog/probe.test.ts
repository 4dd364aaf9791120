import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startProbe } from '../../../../gateway/sip/dialog/probe.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gives a peer up after three questions in a row without an answer, and once', () => {
  const onLost = vi.fn();
  const ask = vi.fn<(answered: () => void) => void>();
  startProbe({ intervalMs: 30_000, ask, onLost });
  vi.advanceTimersByTime(90_000);
  expect([ask.mock.calls.length, onLost.mock.calls.length]).toEqual([3, 0]);
  vi.advanceTimersByTime(300_000);
  expect([ask.mock.calls.length, onLost.mock.calls.length]).toEqual([3, 1]);
  expect(vi.getTimerCount()).toBe(0);
});

it('begins to count anew at every answer', () => {
  const onLost = vi.fn();
  let asked = 0;
  const probe = startProbe({
    intervalMs: 1_000,
    ask: (answered) => {
      asked += 1;
      if (asked % 3 === 0) answered();
    },
    onLost,
  });
  vi.advanceTimersByTime(60_000);
  expect(onLost).not.toHaveBeenCalled();
  probe.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps a peer that answers nothing but is heard', () => {
  const onLost = vi.fn();
  const probe = startProbe({ intervalMs: 30_000, ask: () => {}, onLost });
  for (let minutes = 0; minutes < 60; minutes += 1) {
    vi.advanceTimersByTime(60_000);
    probe.heard();
  }
  expect(onLost).not.toHaveBeenCalled();
  vi.advanceTimersByTime(119_000);
  expect(onLost).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(onLost).toHaveBeenCalledOnce();
});
