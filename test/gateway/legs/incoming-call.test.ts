import { pino } from 'pino';
import { expect, test } from 'vitest';
import { askForPin } from '../../../gateway/legs/incoming-call.ts';
import type { Prompt } from '../../../gateway/legs/prompts.ts';
import { type RefusalCode, Refused } from '../../../server/protocol/refusals.ts';

/** What a caller hears who presses these keys, where every PIN is answered so. */
async function heard(keys: string, answer: RefusalCode): Promise<Prompt[]> {
  const said: Prompt[] = [];
  const leg = {
    isOver: false,
    play: async (prompt: Prompt) => void said.push(prompt),
    onDigit: (listener: (digit: string) => void) => [...keys].forEach((key) => void listener(key)),
  };
  const admitted = await askForPin(leg, () => Promise.reject(new Refused(answer)), pino({ level: 'silent' }));
  expect(admitted).toBeNull();
  return said;
}

test('a caller is told why he is not let in', async () => {
  expect(await heard('123456123456123456', 'pinWrong')).toEqual(['enterPin', 'wrongPin', 'wrongPin', 'tooManyTries']);
  expect(await heard('123456', 'tooManyAttempts')).toEqual(['enterPin', 'tooManyTries']);
  expect(await heard('123456', 'removed')).toEqual(['enterPin', 'notOpen']);
  expect(await heard('123456', 'retry')).toEqual(['enterPin', 'notOpen']);
});
