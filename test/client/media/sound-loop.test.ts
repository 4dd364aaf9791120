import { describe, expect, test } from 'vitest';
import { findTone, loudnessAt } from '../../../client/media/sound-loop.ts';

const RATE = 48_000;
const sine = (hz: number, amplitude: number) =>
  Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE));
/** Every 10 ms, quiet but for a tone from `from` to `to`. */
const heard = (from: number, to: number, db: number, floor = -80) =>
  Array.from({ length: 140 }, (_, i) => (i - 50) * 10).map((ms) => ({ ms, db: ms >= from && ms < to ? db : floor }));

describe('REG-5: the sound loop of a room', () => {
  test('finds the tone with its level and its delay', () => {
    expect(findTone(heard(120, 820, -24.4))).toEqual({ levelDb: -24, delayMs: 120 });
  });

  test('does not take for it what was there before, nor what is too soft', () => {
    expect(findTone(heard(120, 820, -24, -30))).toEqual({});
    expect(findTone(heard(120, 820, -70, -95))).toEqual({});
    expect(findTone(heard(2_000, 3_000, -20))).toEqual({});
  });

  test('listens to one frequency alone', () => {
    expect(loudnessAt(sine(1_000, 1), 1_000, RATE)).toBeCloseTo(0, 0);
    expect(loudnessAt(sine(1_000, 0.1), 1_000, RATE)).toBeCloseTo(-20, 0);
    expect(loudnessAt(sine(3_000, 1), 1_000, RATE)).toBeLessThan(-25);
    expect(loudnessAt([], 1_000, RATE)).toBeLessThan(-100);
  });
});
