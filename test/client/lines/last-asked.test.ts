import { expect, test, vi } from 'vitest';
import { LastAsked } from '../../../client/lines/last-asked.ts';

test('while a hand drags, one question is asked at a time, and the last one is answered', async () => {
  const asked: number[] = [];
  let answer: () => void = () => undefined;
  const questions = new LastAsked<number>((question) => {
    asked.push(question);
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  for (const at of [1, 2, 3, 4]) questions.want(at);
  expect(asked).toEqual([1]);
  answer();
  await vi.waitFor(() => expect(asked).toEqual([1, 4]));
  questions.want(5);
  questions.drop();
  answer();
  await Promise.resolve();
  questions.want(6);
  await vi.waitFor(() => expect(asked).toEqual([1, 4, 6]));
});
