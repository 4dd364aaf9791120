import { expect, test } from 'vitest';
import { RecorderSenses } from '../../../../../gateway/engine/job/recordings/recorder-senses.ts';

const black = new Uint8Array(100).fill(16);
const named = Uint8Array.from(black, (value, at) => (at === 50 ? 200 : value));

test('silence lasts from the last sound on', () => {
  const senses = new RecorderSenses(1000);
  expect(senses.tell(3000, false).silentMs).toBe(2000);
  senses.hear(-40, 4000);
  senses.hear(-90, 5000);
  expect(senses.tell(6000, false).silentMs).toBe(2000);
});

test('darkness lasts from the first look that found it; a name or a slide of text is none', () => {
  const senses = new RecorderSenses(0);
  senses.see(named, 1000);
  expect(senses.tell(2000, false).blackMs).toBe(0);
  senses.see(black, 9000);
  expect([9000, 12_000].map((now) => senses.tell(now, false).blackMs)).toEqual([7000, 10_000]);
  senses.see(named, 13_000);
  expect(senses.tell(13_000, false).blackMs).toBe(0);
});

test('where nothing but the slide is there, there is no picture', () => {
  const senses = new RecorderSenses(0);
  senses.see(named, 1000);
  senses.tell(1000, false);
  expect(senses.tell(4000, true).blackMs).toBe(3000);
  expect(senses.tell(5000, false).blackMs).toBe(0);
});

test('a bright picture is looked at seldom, a dark one always', () => {
  const senses = new RecorderSenses(0);
  expect(senses.isCurious(0)).toBe(true);
  senses.see(named, 1000);
  expect([2000, 7000, 8000].map((now) => senses.isCurious(now))).toEqual([false, false, true]);
  senses.see(black, 8000);
  expect(senses.isCurious(8001)).toBe(true);
});
