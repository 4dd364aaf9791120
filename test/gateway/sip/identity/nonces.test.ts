import { describe, expect, it } from 'vitest';
import { createNonces } from '../../../../gateway/sip/identity/nonces.ts';

const secret = Buffer.alloc(32, 7);
const random = (seed: number) => Buffer.alloc(12, seed);
const now = 1_800_000_000_000;
const ip = '10.0.0.5';
const open = (perAccount = 64) => createNonces({ secret, lifetimeMs: 60_000, perAccount });

describe('a nonce', () => {
  it('is fresh for its time and its address, and only as it was issued', () => {
    const nonces = open();
    const nonce = nonces.issue(ip, now, random(1));
    expect(nonces.isFresh(nonce, ip, now)).toBe(true);
    expect(nonces.isFresh(nonce, ip, now + 60_000)).toBe(true);
    expect(nonces.isFresh(nonce, ip, now + 60_001)).toBe(false);
    expect(nonces.isFresh(nonce, ip, now - 1)).toBe(false);
    expect(nonces.isFresh(nonce, '10.0.0.6', now)).toBe(false);
    expect(createNonces({ secret: Buffer.alloc(32, 8) }).isFresh(nonce, ip, now)).toBe(false);
    for (const forged of [
      '',
      'x',
      `${nonce}=`,
      ` ${nonce}`,
      nonce.slice(0, -1),
      `${nonce.slice(0, 9)}A${nonce.slice(10)}`,
    ]) {
      expect(nonces.isFresh(forged, ip, now), forged).toBe(forged === nonce);
    }
  });

  it('costs no memory until it is used', () => {
    const nonces = open();
    for (let seed = 0; seed < 200; seed += 1) nonces.isFresh(nonces.issue(ip, now, random(seed)), ip, now);
    expect(nonces.size).toBe(0);
  });
});

describe('a replay', () => {
  it('is refused: the count has to rise', () => {
    const nonces = open();
    const nonce = nonces.issue(ip, now, random(1));
    expect([1, 1, 3, 2, 3, 4].map((count) => nonces.use('a', nonce, count, now))).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('is refused without a count too: then a nonce serves once', () => {
    const nonces = open();
    const nonce = nonces.issue(ip, now, random(1));
    expect(nonces.use('a', nonce, undefined, now)).toBe(true);
    expect(nonces.use('a', nonce, undefined, now)).toBe(false);
    expect(nonces.use('a', nonce, 5, now)).toBe(false);
  });

  it('is refused also of what had to be forgotten, and harms no other account', () => {
    const nonces = open(4);
    const issued = [1, 2, 3, 4, 5, 6].map((seed) => nonces.issue(ip, now + seed, random(seed)));
    for (const nonce of issued) expect(nonces.use('greedy', nonce, 1, now + 9)).toBe(true);
    expect(nonces.size).toBe(4);
    for (const nonce of issued) expect(nonces.use('greedy', nonce, 1, now + 9)).toBe(false);
    expect(nonces.use('greedy', issued[0] ?? '', 2, now + 9)).toBe(false);
    expect(nonces.use('modest', issued[0] ?? '', 1, now + 9)).toBe(true);
  });

  it('is forgotten with its nonce', () => {
    const nonces = open();
    nonces.use('a', nonces.issue(ip, now, random(1)), 1, now);
    nonces.use('b', nonces.issue(ip, now + 60_002, random(2)), 1, now + 60_002);
    expect(nonces.size).toBe(1);
  });
});
