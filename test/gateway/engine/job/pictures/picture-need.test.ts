import { expect, test } from 'vitest';
import { PictureNeed } from '../../../../../gateway/engine/job/pictures/picture-need.ts';

const needed = { needed: true, steady: true };
const idle = { needed: false, steady: true };

test('what nobody needs rests, and its decoder goes when it has rested for a while', () => {
  const need = new PictureNeed();
  expect(need.use(1000, needed)).toBe('needed');
  expect([1050, 3000, 6900].map((now) => need.use(now, idle))).toEqual(['resting', 'resting', 'resting']);
  expect(need.use(7000, idle)).toBe('gone');
  expect(need.use(7050, needed)).toBe('needed');
});

test('what does not bear a gap is not kept, but nothing is removed under a packet', () => {
  const need = new PictureNeed();
  need.use(1000, { needed: true, steady: false });
  expect(need.use(1050, { needed: false, steady: false })).toBe('resting');
  expect(need.use(1300, { needed: false, steady: false })).toBe('gone');
});

test('whoever asks for a key frame needs the picture, until the word comes that he does', () => {
  const need = new PictureNeed();
  expect(need.use(1000, idle)).toBe('gone');
  need.asked(1000);
  expect(need.use(3900, idle)).toBe('needed');
  expect(need.use(4100, idle)).toBe('resting');
});
