import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginRamp, followRamp, MOST_DOWN_KBPS, RAMP_MS, type Ramp } from '../../../server/monitor/down-ramp.ts';
import type { Sample } from '../../../server/protocol/monitor.ts';

const STEP_MS = 250;

/** A line of this capacity, whose receiver tells once a second what came. */
function run(capacityKbps: number, mostKbps = MOST_DOWN_KBPS): { ramp: Ramp; bits: number } {
  let ramp = beginRamp(mostKbps, 0);
  let bits = 0;
  let came = 0;
  for (let at = STEP_MS; at <= RAMP_MS; at += STEP_MS) {
    bits += ramp.kbps * STEP_MS;
    came += Math.min(ramp.kbps, capacityKbps) * STEP_MS;
    const isTold = at % 1_000 === 0;
    const reports: Sample[] = isTold
      ? [{ at, spanMs: 1_000, participantId: 'site-a', direction: 'down', by: 'client', kbps: came / 1_000 }]
      : [];
    if (isTold) came = 0;
    ramp = followRamp(ramp, { mostKbps, startedAt: 0, at, reports });
  }
  return { ramp, bits };
}

describe('how a line is filled', () => {
  test('a wide one is tried up to the most, and is not full', () => {
    expect(run(50_000).ramp).toMatchObject({ triedKbps: MOST_DOWN_KBPS, isFull: false, kbps: MOST_DOWN_KBPS });
  });

  test('no more is tried than is asked for', () => {
    expect(run(50_000, 500).ramp).toMatchObject({ triedKbps: 500, isFull: false });
  });

  test('a narrow one is found full, and then left in peace', () => {
    const { ramp } = run(700);
    expect(ramp.isFull).toBe(true);
    expect(ramp.kbps).toBeLessThan(700);
    expect(ramp.kbps).toBeGreaterThan(400);
  });

  test('one short report is a moment, and no full line', () => {
    const report = (at: number, kbps: number): Sample => ({
      ...{ at, spanMs: 1_000, participantId: 'a', direction: 'down', by: 'client', kbps },
    });
    const follow = (ramp: Ramp, at: number, kbps: number) =>
      followRamp(ramp, { mostKbps: 600, startedAt: 0, at, reports: [report(at, kbps)] });
    const once = follow(follow(beginRamp(600, 0), 1_000, 300), 2_000, 600);
    expect(once.isFull).toBe(false);
    expect(follow(follow(once, 3_000, 300), 4_000, 300)).toMatchObject({ isFull: true, kbps: 270 });
  });

  test('what came before the ramp says nothing of it', () => {
    const early: Sample = { at: 300, spanMs: 1_000, participantId: 'a', direction: 'down', by: 'client', kbps: 1 };
    const ramp = followRamp(beginRamp(4_000, 0), { mostKbps: 4_000, startedAt: 0, at: 300, reports: [early] });
    expect(ramp.isFull).toBe(false);
  });

  test('whatever the line, the octets are bounded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 4_000 }), (capacity, most) => {
        const { ramp, bits } = run(capacity, most);
        expect(bits / 8).toBeLessThan(3_000_000);
        expect(ramp.triedKbps).toBeLessThanOrEqual(most);
      }),
    );
  });
});
