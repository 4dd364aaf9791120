import { describe, expect, test } from 'vitest';
import { type Counters, difference } from '../../../server/media/measuring.ts';

const at = (timestamp: number, counted: Partial<Counters['streams'][number]>, now: Counters['now'] = {}): Counters => ({
  timestamp,
  streams: [{ ssrc: 1, bytes: 0, ...counted }],
  now,
});

describe('what happened between two readings', () => {
  test('is counted over their span', () => {
    const before = at(5_000, { bytes: 10_000, packets: 100, lost: 5, repaired: 5, nacks: 3, plis: 1, firs: 0 });
    const after = at(7_000, { bytes: 60_000, packets: 290, lost: 15, repaired: 11, nacks: 9, plis: 2, firs: 0 });
    expect(difference(before, after)).toEqual({
      spanMs: 2_000,
      kbps: 200,
      packets: 190,
      nacks: 6,
      plis: 1,
      firs: 0,
      loss: 0.05,
      unrepaired: 0.02,
    });
  });

  test('has what stands at its end', () => {
    const now = { codec: 'opus' as const, jitterMs: 4, roundTripMs: 30, loss: 0.01 };
    expect(difference(at(0, { packets: 1 }), at(1_000, { packets: 51 }, now))).toMatchObject({ ...now, packets: 50 });
  });

  test('is nothing where there is no span', () => {
    expect(difference(at(1_000, {}), at(1_000, {}))).toBeUndefined();
  });

  test.each([
    ['a sequence number that began at 0', { packets: 60, lost: 65_536 }],
    ['no packet', { packets: 10, lost: 0 }],
  ])('has no loss by %s', (_, counted) => {
    const figures = difference(at(0, { packets: 10, lost: 0 }), at(1_000, counted));
    expect(figures?.loss).toBeUndefined();
  });

  test('does not count what a new stream brought along, nor go below zero where one began anew', () => {
    const before: Counters = { timestamp: 0, streams: [{ ssrc: 1, bytes: 9_000, packets: 90 }], now: {} };
    const after: Counters = {
      timestamp: 1_000,
      streams: [
        { ssrc: 1, bytes: 1_000, packets: 10 },
        { ssrc: 2, bytes: 70_000, packets: 700 },
      ],
      now: {},
    };
    expect(difference(before, after)).toMatchObject({ kbps: 0, packets: 0 });
  });
});
