import { expect, test } from 'vitest';
import type { StoredAnswer } from '../../../../server/accounts/program-ports.ts';
import { type Answer, KnownAnswers } from '../../../../server/api/v1/answers.ts';

const HOUR = 3_600_000;

function fixture() {
  const kept = new Map<string, StoredAnswer>();
  let now = 0;
  const known = new KnownAnswers({
    now: () => now,
    answers: {
      find: async (tokenId, key) => kept.get(`${tokenId} ${key}`),
      keep: async (answer) => void kept.set(`${answer.tokenId} ${answer.key}`, answer),
    },
  });
  let performed = 0;
  const perform = async (): Promise<Answer> => {
    performed += 1;
    const n = performed;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { status: 201, body: { n }, etag: `"${n}"` };
  };
  const ask = (key: string, body = '{}', tokenId = 't') =>
    known.once({ tokenId, key, request: ['book', body] }, perform);
  return { known, ask, later: (ms: number) => (now += ms) };
}

test('the same request is performed once, also when it comes twice at once, and answered alike', async () => {
  const { ask } = fixture();
  const answers = await Promise.all([ask('k'), ask('k'), ask('k')]);
  expect(answers).toEqual(Array.from({ length: 3 }, () => ({ status: 201, body: { n: 1 }, etag: '"1"' })));
  expect(await ask('k')).toEqual(answers[0]);
});

test('a key is its token’s own, good for one request, and for a day', async () => {
  const { ask, later } = fixture();
  await ask('k');
  expect((await ask('k', '{}', 'another')).body).toEqual({ n: 2 });
  await expect(ask('k', '{"other":1}')).rejects.toMatchObject({ refusal: { code: 'keyReused' } });
  later(25 * HOUR);
  expect((await ask('k', '{"other":1}')).body).toEqual({ n: 3 });
});

test('what failed can be tried again', async () => {
  const { known, ask } = fixture();
  const fails = () => Promise.reject(new Error('the disk is full'));
  await expect(known.once({ tokenId: 't', key: 'k', request: ['book', '{}'] }, fails)).rejects.toThrow('disk');
  expect((await ask('k')).body).toEqual({ n: 1 });
});
