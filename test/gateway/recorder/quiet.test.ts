import { expect, test } from 'vitest';
import { quietly } from '../../../gateway/recorder/quiet.ts';

test('a step waits while a meeting runs, and all steps together no longer than was said', async () => {
  let asked = 0;
  let free = 4;
  const isBusy = () => {
    asked += 1;
    return asked < free;
  };
  const clear = quietly({ isBusy, everyMs: 1, mostLooks: 10, signal: new AbortController().signal });
  await clear();
  expect(asked).toBe(4);
  free = Number.POSITIVE_INFINITY;
  await clear();
  await clear();
  expect(asked).toBe(11);
});

test('what is broken off waits no longer', async () => {
  const stop = new AbortController();
  const clear = quietly({ isBusy: () => true, everyMs: 60_000, mostLooks: 10, signal: stop.signal });
  const waiting = clear();
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await expect(clear()).rejects.toThrow();
});
