import { expect, test } from 'vitest';
import { commonDb, type Levelling, level, startLevelling } from '../../../../../gateway/engine/job/mixes/levelling.ts';

/** Speech as 100 ms after 100 ms have it: louder and fainter syllables, and a pause of half a second every three. */
function speech(meanDb: number, seconds: number): number[] {
  const shape = [4, 1, -3, 2, -6, 3, 0, -2, 5, -4];
  return Array.from({ length: seconds * 10 }, (_, index) =>
    index % 30 >= 25 ? -62 : meanDb + (shape[index % shape.length] ?? 0),
  );
}

function hear(from: Levelling, measured: readonly number[]): Levelling[] {
  const states: Levelling[] = [];
  let state = from;
  for (const rms of measured) {
    state = level(state, { rms, peak: rms + 12 });
    states.push(state);
  }
  return states;
}

const after = (measured: readonly number[]) => hear(startLevelling, measured).at(-1)?.gainDb ?? Number.NaN;

const isLevel = (db: number) => Math.abs(db - commonDb) < 2;

test('a faint voice and a loud one come to the same loudness', () => {
  for (const mean of [-33, -27, -20, -16, -12]) expect(isLevel(mean + after(speech(mean, 20)))).toBe(true);
});

test('no voice is raised or lowered by more than 12 dB', () => {
  const [most, least] = [after(speech(-41, 40)), after(speech(0, 40))];
  expect(most).toBeGreaterThan(11.5);
  expect(most).toBeLessThanOrEqual(12);
  expect(least).toBeLessThan(-11.5);
  expect(least).toBeGreaterThanOrEqual(-12);
});

test('nothing moves faster than the ear forgives', () => {
  for (const mean of [-36, -6]) {
    const gains = [0, ...hear(startLevelling, speech(mean, 20)).map(({ gainDb }) => gainDb)];
    const steps = gains.slice(1).map((gain, index) => gain - (gains[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.3001);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(-0.4001);
  }
});

test('once it has arrived it stays, through syllables and pauses', () => {
  const states = hear(startLevelling, speech(-28, 60)).slice(200);
  const gains = states.map(({ gainDb }) => gainDb);
  expect(Math.max(...gains) - Math.min(...gains)).toBeLessThan(0.7);
});

test('silence and a fan are not raised', () => {
  expect(after(Array.from({ length: 600 }, () => -100))).toBe(0);
  expect(after(Array.from({ length: 600 }, (_, index) => -45 + (index % 3)))).toBe(0);
});

test('a blow on the table changes hardly anything', () => {
  const settled = hear(startLevelling, speech(-20, 20)).at(-1) ?? startLevelling;
  const struck = hear(settled, [-2, -1, ...speech(-20, 3)]);
  for (const { gainDb } of struck) expect(Math.abs(gainDb - settled.gainDb)).toBeLessThan(1.6);
});

test('a pause of a minute keeps what was learnt', () => {
  const settled = hear(startLevelling, speech(-30, 20)).at(-1) ?? startLevelling;
  const [last] = hear(
    settled,
    Array.from({ length: 600 }, () => -70),
  ).slice(-1);
  expect(last?.gainDb).toBe(settled.gainDb);
});

test('who moves away from the microphone is followed', () => {
  const near = hear(startLevelling, speech(-18, 20)).at(-1) ?? startLevelling;
  const far = hear(near, speech(-27, 20)).at(-1)?.gainDb ?? 0;
  expect(isLevel(-27 + far)).toBe(true);
});
