import { describe, expect, test } from 'vitest';
import { estimateLine, type LineEstimate, NOTHING_KNOWN } from '../../../gateway/legs/line-estimate.ts';

const REPORT_MS = 5_000;

/** An endpoint that reports every five seconds, on a line of so many kbit/s in each of them; it is sent what the line is taken to bear. */
function play(capacities: readonly number[], { wantedKbps = 1_600, loss = 0 } = {}): LineEstimate[] {
  let estimate = NOTHING_KNOWN;
  return capacities.map((capacity, index) => {
    const sentKbps = Math.min(wantedKbps, estimate.kbps);
    const packets = Math.round(sentKbps / 2);
    const share = Math.max(loss, 1 - Math.min(1, capacity / sentKbps));
    estimate = estimateLine(estimate, { sentKbps, packets, lost: Math.round(packets * share) }, index * REPORT_MS);
    return estimate;
  });
}
const reports = (kbps: number, n: number) => Array.from({ length: n }, () => kbps);
const kbpsOf = (estimates: LineEstimate[]) => estimates.map(({ kbps }) => kbps);

describe('what an endpoint’s line is taken to bear', () => {
  test('nothing is held back on a line that bears what is sent', () => {
    expect(kbpsOf(play(reports(4_000, 20)))).toEqual(reports(Infinity, 20));
  });

  test('of 4 Mbit/s that fall to 300 kbit/s and come back: down with the first report, and up again', () => {
    const estimates = kbpsOf(play([...reports(4_000, 4), ...reports(300, 12), ...reports(4_000, 24)]));
    const low = estimates.slice(4, 16);
    for (const kbps of low) expect(kbps).toBeLessThan(460);
    for (const kbps of low) expect(kbps).toBeGreaterThan(250);
    expect(estimates[32]).toBeGreaterThan(1_600);
    expect(estimates.at(-1)).toBe(Infinity);
  });

  test('a line that stays narrow is tried less and less often', () => {
    const estimates = kbpsOf(play(reports(300, 240)));
    const falls = (part: number[]) => part.filter((kbps, i) => kbps < (part[i - 1] ?? 0)).length;
    expect(falls(estimates.slice(120))).toBeLessThan(falls(estimates.slice(0, 120)));
  });

  test.each([0.01, 0.05])('a line that loses %d of everything is not full', (loss) => {
    expect(kbpsOf(play(reports(4_000, 40), { loss }))).toEqual(reports(Infinity, 40));
  });

  test('one that loses as much when less is sent is not made less and less', () => {
    expect(Math.min(...kbpsOf(play(reports(4_000, 40), { loss: 0.15 })))).toBeGreaterThan(1_000);
  });

  test('what was reported before the last change, or of a few packets, counts for nothing', () => {
    const lowered = estimateLine(NOTHING_KNOWN, { sentKbps: 1_000, packets: 500, lost: 350 }, 10_000);
    expect(lowered.kbps).toBeCloseTo(300);
    expect(estimateLine(lowered, { sentKbps: 300, packets: 200, lost: 150 }, 12_000).kbps).toBe(lowered.kbps);
    expect(estimateLine(lowered, { sentKbps: 300, packets: 10, lost: 10 }, 20_000)).toBe(lowered);
  });

  test('there is always enough for sound and a small picture', () => {
    expect(Math.min(...kbpsOf(play(reports(20, 20))))).toBe(160);
  });
});
