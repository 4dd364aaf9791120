import { expect, test } from 'vitest';
import { tryLines } from '../../../client/rehearsal/test-round.ts';
import { Refused } from '../../../server/protocol/refusals.ts';

test('REG-5: every line is tried, a few at once; who has no codec or is in the meeting is left out', async () => {
  const asked: string[] = [];
  let pauses = 0;
  const begun = await tryLines(['ba-be', 'na-ri', 'cho-don'], {
    async start(siteId) {
      asked.push(siteId);
      if (siteId === 'na-ri') throw new Refused('siteUnreachable', siteId);
      if (siteId === 'cho-don' && pauses < 2) throw new Refused('tooManyAttempts');
    },
    async pause() {
      pauses++;
    },
    goesOn: () => true,
  });
  expect(begun).toBe(2);
  expect(asked).toEqual(['ba-be', 'na-ri', 'cho-don', 'cho-don', 'cho-don']);
});

test('a round ends when its page is gone', async () => {
  let left = 1;
  const round = { start: async () => undefined, pause: async () => undefined, goesOn: () => left-- > 0 };
  expect(await tryLines(['ba-be', 'na-ri'], round)).toBe(1);
});
