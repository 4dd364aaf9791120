import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pictureQuality } from '../../../server/monitor/picture-quality.ts';

const good = { kbps: 1_500, height: 720, framesPerSecond: 30, loss: 0, frozen: 0 };

test.each([
  ['720p at 1.5 Mbit/s', good, 3.4, 4.5],
  ['720p at 200 kbit/s', { ...good, kbps: 200 }, 1.5, 2.7],
  ['180p at 150 kbit/s', { ...good, kbps: 150, height: 180 }, 3, 4.2],
  ['five pictures a second', { ...good, framesPerSecond: 5 }, 1.5, 3],
  ['3 % not repaired', { ...good, loss: 0.03 }, 1.2, 2.3],
  ['half of the time frozen', { ...good, frozen: 0.5 }, 2, 3],
])('%s', (_, picture, least, most) => {
  const quality = pictureQuality(picture);
  expect(quality).toBeGreaterThanOrEqual(least);
  expect(quality).toBeLessThanOrEqual(most);
});

test('more bits are never worse, and more loss never better', () => {
  const picture = fc.record({
    kbps: fc.double({ min: 1, max: 20_000, noNaN: true }),
    height: fc.constantFrom(180, 360, 720, 1080),
    framesPerSecond: fc.double({ min: 1, max: 60, noNaN: true }),
    loss: fc.double({ min: 0, max: 1, noNaN: true }),
    frozen: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(picture, (one) => {
      const quality = pictureQuality(one);
      expect(quality).toBeGreaterThanOrEqual(1);
      expect(quality).toBeLessThanOrEqual(4.5);
      expect(pictureQuality({ ...one, kbps: one.kbps * 2 })).toBeGreaterThanOrEqual(quality - 1e-9);
      expect(pictureQuality({ ...one, loss: Math.min(1, one.loss + 0.1) })).toBeLessThanOrEqual(quality + 1e-9);
    }),
  );
});
