import { expect, it } from 'vitest';
import { createGuesses } from '../../../../gateway/sip/identity/guesses.ts';

const ip = '10.0.0.5';

it('stops after ten wrong ones, for a minute, and only for that name from that address', () => {
  const guesses = createGuesses();
  for (let n = 0; n < 10; n += 1) {
    expect(guesses.allows(ip, 'codec1', n)).toBe(true);
    guesses.noteWrong(ip, 'codec1', n);
  }
  expect(guesses.allows(ip, 'codec1', 10)).toBe(false);
  expect(guesses.allows(ip, 'codec2', 10)).toBe(true);
  expect(guesses.allows('10.0.0.6', 'codec1', 10)).toBe(true);
  expect(guesses.allows(ip, 'codec1', 60_008)).toBe(false);
  expect(guesses.allows(ip, 'codec1', 60_009)).toBe(true);
});

it('forgets them at a right one', () => {
  const guesses = createGuesses();
  for (let n = 0; n < 9; n += 1) guesses.noteWrong(ip, 'codec1', n);
  guesses.noteRight(ip, 'codec1');
  guesses.noteWrong(ip, 'codec1', 10);
  expect(guesses.allows(ip, 'codec1', 11)).toBe(true);
});

it('is bounded', () => {
  const guesses = createGuesses();
  for (let n = 0; n < 3_000; n += 1) guesses.noteWrong(ip, `user${n}`, n);
  expect(guesses.size).toBe(1_024);
});
