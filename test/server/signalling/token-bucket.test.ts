import { expect, test } from 'vitest';
import { TokenBucket } from '../../../server/signalling/token-bucket.ts';

test('a burst passes, then as many as drip in', () => {
  let now = 0;
  const bucket = new TokenBucket(3, 2, () => now);
  const takeAll = () => {
    let taken = 0;
    while (bucket.take()) taken += 1;
    return taken;
  };
  expect(takeAll()).toBe(3);
  now += 499;
  expect(takeAll()).toBe(0);
  now += 1;
  expect(takeAll()).toBe(1);
  now += 60_000;
  expect(takeAll()).toBe(3);
});
