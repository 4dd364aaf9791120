import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LifeSigns } from '../../gateway/life-signs.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Which of its questions an engine answers, and after how many of them it is given up. */
async function silentAfter(answers: boolean[]): Promise<number[]> {
  const given: number[] = [];
  let asked = 0;
  const signs = new LifeSigns({
    everyMs: 1_000,
    ask: async () => {
      asked += 1;
      if (!answers[asked - 1]) throw new Error('no answer');
    },
    onSilence: () => given.push(asked),
    logger: pino({ level: 'silent' }),
  });
  await vi.advanceTimersByTimeAsync(answers.length * 1_000);
  signs.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(answers.length);
  return given;
}

test('an engine is given up when two questions in a row find no answer', async () => {
  expect(await silentAfter([true, false, true, false, true])).toEqual([]);
  expect(await silentAfter([true, false, false])).toEqual([3]);
});
