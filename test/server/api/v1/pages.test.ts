import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOfMark, markOf, pageOf, timeKey } from '../../../../server/api/v1/pages.ts';

test('whoever follows the pages meets each once, whatever comes and goes meanwhile', () => {
  const list = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 60 });
  fc.assert(
    fc.property(list, list, fc.integer({ min: 1, max: 20 }), (all, coming, limit) => {
      const seen: number[] = [];
      let now = all;
      let after: string | undefined;
      for (let turns = 0; turns < 500; turns += 1) {
        const { page, next } = pageOf(now, (one) => timeKey(one, ''), { limit, ...(after ? { after } : {}) });
        seen.push(...page);
        now = [...new Set([...all, ...coming])];
        if (next === undefined) break;
        after = next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      for (const one of all) expect(seen).toContain(one);
    }),
  );
});

test('a mark that was not given out is refused', () => {
  expect(keyOfMark(markOf('0000000000000007 ba-be'))).toBe('0000000000000007 ba-be');
  for (const wrong of ['%%', 'a', 'Ba Bể']) {
    expect(() => keyOfMark(wrong)).toThrow(
      expect.objectContaining({ refusal: expect.objectContaining({ detail: 'after' }) }),
    );
  }
});
