import { expect, test } from 'vitest';
import { delayOf, LipSync, type StreamClock } from '../../../../gateway/engine/job/lip-sync.ts';

const ntp = (seconds: number) => seconds * 2 ** 32;

/** A stream captured at 1000 s that arrives `lateMs` late at running time 10 s. */
const stream = (clockRate: number, lateMs: number): StreamClock => ({
  reportNtp: ntp(998),
  reportRtp: 0xffff_f000,
  clockRate,
  rtp: (0xffff_f000 + 2 * clockRate) >>> 0,
  pts: (10_000 + lateMs) * 1e6,
});

test('the delay counts from the sender report, over the wrap of the RTP timestamp', () => {
  expect(delayOf(stream(90_000, 30)) - delayOf(stream(48_000, 0))).toBeCloseTo(30, 1);
});

test('whichever is early is delayed by the difference', () => {
  expect(new LipSync().measure(0, stream(90_000, 0), stream(48_000, 300))).toMatchObject({
    audioNs: 0,
    videoNs: expect.closeTo(3e8, -5),
  });
  const late = new LipSync().measure(0, stream(90_000, 120), stream(48_000, 0));
  expect(late?.audioNs).toBeCloseTo(1.2e8, -5);
  expect(late?.videoNs).toBe(0);
});

test('small differences and clocks that do not belong together change nothing', () => {
  expect(new LipSync().measure(0, stream(90_000, 5), stream(48_000, 0))).toBeUndefined();
  expect(new LipSync().measure(0, stream(90_000, 5000), stream(48_000, 0))).toBeUndefined();
  expect(new LipSync().measure(0, undefined, stream(48_000, 0))).toBeUndefined();
});

test('a delay shrinks in steps of 15 ms, once a second', () => {
  const sync = new LipSync();
  sync.measure(0, stream(90_000, 0), stream(48_000, 300));
  expect(sync.measure(500, stream(90_000, 0), stream(48_000, 0))).toBeUndefined();
  expect(sync.measure(1000, stream(90_000, 0), stream(48_000, 0))?.videoNs).toBeCloseTo(2.85e8, -5);
});
