import { describe, expect, it } from 'vitest';
import { LineProbe, type Sent, sentOf } from '../../../client/media/line-probe.ts';

/** What is advised, second by second. */
function judged(seconds: readonly Sent[], everyMs = 1_000) {
  const probe = new LineProbe();
  return seconds.map((sent, i) => probe.isDue(sent, i * everyMs));
}
const limited = (availableKbps: number): Sent => ({ availableKbps, isLimited: true });
const probedAt = (advice: ReturnType<typeof judged>) => advice.flatMap((isDue, at) => (isDue ? [at] : []));

describe('a line that bears what is sent', () => {
  it('is left alone', () => {
    const good = Array.from({ length: 20 }, () => ({ availableKbps: 2_000, isLimited: false }));
    expect(judged(good)).not.toContain(true);
  });
});

describe('a line that holds pictures back', () => {
  it('is probed, less and less often where nothing is found', () => {
    expect(probedAt(judged(Array.from({ length: 40 }, () => limited(300))))).toEqual([0, 2, 6, 14, 22, 30, 38]);
  });

  it('is probed again at once as long as more is found', () => {
    expect(probedAt(judged([150, 300, 600, 1_200].map(limited)))).toEqual([0, 1, 2, 3]);
  });

  it('is probed soon when its estimate grows by itself', () => {
    const seconds = [...Array.from({ length: 30 }, () => 300), 310, 320, 330, 340];
    expect(probedAt(judged(seconds.map(limited))).filter((at) => at > 30).length).toBeGreaterThan(0);
  });

  it('is probed within a quarter of a second of its first growth, and no more often than that', () => {
    const quarters = [...Array.from({ length: 4 * 30 }, () => 30), 31, 33, 36, 54];
    expect(probedAt(judged(quarters.map(limited), 250)).filter((at) => at >= 120)).toEqual([120, 121, 122, 123]);
    const tenths = [...Array.from({ length: 10 * 30 }, () => 30), ...Array.from({ length: 10 }, (_, i) => 32 + 2 * i)];
    expect(probedAt(judged(tenths.map(limited), 100)).filter((at) => at >= 300).length).toBeLessThanOrEqual(4);
  });
});

it('reads what browsers say, and nothing where they do not', () => {
  const entries = [
    { type: 'candidate-pair', availableOutgoingBitrate: 640_000 },
    { type: 'outbound-rtp', qualityLimitationReason: 'none' },
    { type: 'outbound-rtp', qualityLimitationReason: 'bandwidth' },
  ];
  const report = (some: object[]) => new Map(some.map((entry, id) => [String(id), entry])) as RTCStatsReport;
  expect(sentOf(report(entries))).toEqual({ availableKbps: 640, isLimited: true });
  expect(sentOf(report(entries.slice(1)))).toBe(undefined);
});
