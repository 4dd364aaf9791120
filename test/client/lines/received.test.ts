import { expect, test } from 'vitest';
import { heightAt, outlinesOf, receivedOf, sharesOf, sizeOf } from '../../../client/lines/received.ts';
import type { ChartFlow } from '../../../server/protocol/quality.ts';

const flow = (stream: ChartFlow['stream'], heights?: (number | null)[], more: Partial<ChartFlow> = {}): ChartFlow => ({
  ...{ direction: 'down', stream, kbps: [] },
  ...(heights ? { heights } : {}),
  ...more,
});
const camera = { participantId: 'na-ri', source: 'camera' } as const;
const program = { participantId: 'composer', source: 'program' } as const;

test('a size is that of a layer', () => {
  expect([180, 360, 720, 1080].map(sizeOf)).toEqual(['small', 'medium', 'large', 'large']);
});

test('of what came down, the pictures; the tiers of one are one', () => {
  const found = receivedOf({
    flows: [
      flow({ ...program, tier: '720p25' }, [720, null, null]),
      flow(camera, [180, 0, null]),
      flow({ ...program, tier: '360p25' }, [null, 360, 360]),
      flow({ participantId: 'na-ri', source: 'microphone' }),
      flow(camera, [720], { direction: 'up' }),
    ],
  });
  expect(found.map(({ stream, heights }) => [stream.source, heights])).toEqual([
    ['program', [720, 360, 360]],
    ['camera', [180, 0, null]],
  ]);
});

test('what lasts is one piece, the larger the higher; what was held back has a foot, what was not wanted nothing', () => {
  const { none, small, medium, large } = outlinesOf([720, 720, 360, 0, null]);
  expect(large).toBe('M0.00 100v-100h400.00V100z');
  expect(medium).toBe('M400.00 100v-67h200.00V100z');
  expect(small).toBe('');
  expect(none).toBe('M600.00 100v-8h200.00V100z');
});

test('at a moment, at the latest one, and in shares of the time in which it was wanted', () => {
  const heights = [720, 720, 0, 180, null];
  expect(heightAt(heights, 2)).toBe(0);
  expect(heightAt(heights, 4)).toBeNull();
  expect(heightAt(heights, null)).toBe(180);
  expect(sharesOf(heights)).toEqual({ none: 0.25, small: 0.25, medium: 0, large: 0.5 });
  expect(sharesOf([null])).toEqual({ none: 0, small: 0, medium: 0, large: 0 });
});
