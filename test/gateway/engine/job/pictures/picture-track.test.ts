import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eased, lingering, Track } from '../../../../../gateway/engine/job/pictures/picture-track.ts';

const second = 1_000_000_000;
const cut = (start: number) => ({ start, duration: 0 });

describe('a track', () => {
  test('cuts from one nanosecond to the next', () => {
    const track = new Track(10);
    track.go(20, cut(5 * second));
    expect([0, 5 * second - 1, 5 * second, 9 * second].map((time) => track.valueAt(time))).toEqual([10, 10, 20, 20]);
  });

  test('goes gently, and ends where it should', () => {
    const track = new Track(0);
    track.go(100, { start: second, duration: second });
    expect(track.valueAt(second)).toBe(0);
    expect(track.valueAt(1.5 * second)).toBeCloseTo(50);
    expect(track.valueAt(1.05 * second)).toBeLessThan(5);
    expect(track.valueAt(2 * second)).toBe(100);
    expect([track.target, track.endsAt]).toEqual([100, 2 * second]);
  });

  test('turns round on its way without a jump', () => {
    const track = new Track(0);
    track.go(100, { start: second, duration: second });
    track.go(0, { start: 1.5 * second, duration: second });
    expect(track.valueAt(1.5 * second)).toBeCloseTo(50);
    expect(track.valueAt(1.25 * second)).toBeGreaterThan(10);
    expect(track.valueAt(2.5 * second)).toBe(0);
  });

  test('a later plan leaves alone what comes before it', () => {
    const track = new Track(0);
    track.go(1, cut(second));
    track.go(2, cut(second + 1000));
    expect([second - 1, second, second + 999, second + 1000].map((time) => track.valueAt(time))).toEqual([0, 1, 1, 2]);
  });

  test('what takes turns darkens nothing', () => {
    const [leaves, comes] = [new Track(1), new Track(0)];
    const passage = { start: second, duration: second };
    leaves.go(0, passage, lingering);
    comes.go(1, passage);
    for (let time = second; time <= 2 * second; time += second / 50) {
      // What comes lies over what leaves, and that over black.
      const light = comes.valueAt(time) + (1 - comes.valueAt(time)) * leaves.valueAt(time);
      expect(light).toBeGreaterThan(0.85);
    }
  });

  test('is in order, bounded and where it was sent, whatever was planned', () => {
    const step = fc.record({ value: fc.integer({ min: 0, max: 500 }), after: fc.nat(3000), duration: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
        const track = new Track(0);
        let start = second;
        for (const { value, after, duration } of steps) {
          start += after * 1_000_000;
          track.go(value, { start, duration: duration * 1_000_000 });
          const times = track.points.map((point) => point.at);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(track.valueAt(track.endsAt)).toBe(value);
        }
        const recent = steps.filter((_, index) => steps.slice(index + 1).reduce((sum, s) => sum + s.after, 0) <= 2000);
        expect(track.points.length).toBeLessThanOrEqual((recent.length + 2) * (eased.length + 2));
      }),
    );
  });
});
