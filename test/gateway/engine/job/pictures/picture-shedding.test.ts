import { expect, test } from 'vitest';
import { assess, nothingShed, type Shedding } from '../../../../../gateway/engine/job/pictures/picture-shedding.ts';

const short = { duration: 1000, made: 0.7, coresUsed: 1, coresIdle: 0 };
const good = { duration: 1000, made: 1, coresUsed: 0.5, coresIdle: 1 };

function after(seconds: number, load: typeof short, from: Shedding = nothingShed): Shedding {
  let shedding = from;
  for (let second = 0; second < seconds; second++) shedding = assess(shedding, load);
  return shedding;
}

/** Seconds of this load until something changes. */
function secondsToChange(load: typeof short, from: Shedding): number {
  for (let seconds = 1; seconds < 1000; seconds++) {
    if (after(seconds, load, from).shed !== from.shed) return seconds;
  }
  return Number.POSITIVE_INFINITY;
}

test('what is left out goes in the stated order, one after the other, and ends with the tier', () => {
  const seen = Array.from({ length: 14 }, (_, second) => after(second, short).shed);
  expect([...new Set(seen)]).toEqual(['nothing', 'transitions', 'frameRate', 'tier']);
  expect(after(100, short).shed).toBe('tier');
});

test('a short shortage, or one that comes and goes, changes nothing', () => {
  let shedding = nothingShed;
  for (let round = 0; round < 20; round++) shedding = after(1, good, after(2, short, shedding));
  expect(shedding.shed).toBe('nothing');
});

test('everything comes back in reverse when all is good for long', () => {
  let shedding = after(20, short);
  const seen: string[] = [shedding.shed];
  for (let second = 0; second < 400; second++) {
    shedding = after(1, good, shedding);
    if (seen.at(-1) !== shedding.shed) seen.push(shedding.shed);
  }
  expect(seen).toEqual(['tier', 'frameRate', 'transitions', 'nothing']);
});

test('nothing comes back while the processor has no room for it', () => {
  const shedding = after(9, short);
  expect(shedding.shed).toBe('tier');
  expect(after(600, { ...good, coresIdle: 0.1 }, shedding).shed).toBe('tier');
});

test('each step back that comes too early makes the next one wait longer', () => {
  let shedding = after(6, short);
  expect(shedding.shed).toBe('frameRate');
  const waits: number[] = [];
  for (let round = 0; round < 4; round++) {
    const wait = secondsToChange(good, shedding);
    waits.push(wait);
    shedding = after(3, short, after(wait, good, shedding));
    expect(shedding.shed).toBe('frameRate');
  }
  for (const [index, wait] of waits.slice(1).entries()) expect(wait).toBeGreaterThan(waits[index] ?? 0);
});
