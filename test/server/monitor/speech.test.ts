import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ratingOf, type Speech, speechQuality } from '../../../server/monitor/speech.ts';

const clean = { loss: 0, roundTripMs: 20, jitterMs: 2 };

describe('speech quality', () => {
  // On the wideband scale (ITU-T G.107.1, G.113): 129 less the impairment of the coding.
  test.each([
    ['opus', 124],
    ['g722', 116],
    ['g711', 93],
  ] as const)('%s on a clean line has the rating %i', (codec, rating) => {
    expect(ratingOf({ codec, ...clean })).toBeCloseTo(rating, 5);
  });

  test('the opinion of narrowband is that of G.107 for its rating', () => {
    // 93 / 1.29 = 72.1: G.107 Table B.1 has 3.60 for 70 and 4.03 for 80.
    expect(speechQuality({ codec: 'g711', ...clean })).toBeCloseTo(3.69, 1);
    expect(speechQuality({ codec: 'opus', ...clean })).toBeGreaterThan(4.3);
  });

  test('a delay of 400 ms one way costs what G.107 says', () => {
    // Idd of 400 ms is 24.1 (G.107 Figure, with default sensitivity).
    const slow = ratingOf({ codec: 'opus', loss: 0, roundTripMs: 2 * (400 - 65), jitterMs: 0 }) ?? 0;
    expect(124 - slow).toBeGreaterThan(20);
    expect(124 - slow).toBeLessThan(28);
  });

  test('loss hurts Opus less than G.722', () => {
    const at5 = (codec: 'opus' | 'g722') => ratingOf({ codec, ...clean, loss: 0.05 }) ?? 0;
    expect(at5('opus')).toBeGreaterThan(at5('g722') + 20);
  });

  test('what is no speech has none', () => {
    expect(speechQuality({ codec: 'vp8', ...clean })).toBeUndefined();
  });

  test('is between 1 and 4.5 and never better for more loss, delay or jitter', () => {
    const speech = fc.record({
      codec: fc.constantFrom('opus' as const, 'g722' as const, 'g711' as const),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      roundTripMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
      jitterMs: fc.double({ min: 0, max: 1_000, noNaN: true }),
    });
    const worse: ((s: Speech) => Speech)[] = [
      (s) => ({ ...s, loss: Math.min(1, s.loss + 0.05) }),
      (s) => ({ ...s, roundTripMs: s.roundTripMs + 50 }),
      (s) => ({ ...s, jitterMs: s.jitterMs + 20 }),
    ];
    fc.assert(
      fc.property(speech, fc.constantFrom(...worse), (one, spoil) => {
        const quality = speechQuality(one) ?? Number.NaN;
        expect(quality).toBeGreaterThanOrEqual(1);
        expect(quality).toBeLessThanOrEqual(4.5);
        expect(speechQuality(spoil(one))).toBeLessThanOrEqual(quality + 1e-9);
      }),
    );
  });
});
