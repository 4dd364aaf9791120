import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRetransmitter } from '../../../../gateway/sip/transport/retransmit.ts';

describe('retransmission on UDP', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** When, in ms after sending, something was repeated. */
  function watch(start: (resend: () => void) => void, ms: number): number[] {
    const began = Date.now();
    const times: number[] = [];
    start(() => times.push(Date.now() - began));
    vi.advanceTimersByTime(ms);
    return times;
  }

  it('doubles without bound for INVITE until 64·T1 (timer A)', () => {
    const retransmitter = createRetransmitter();
    const times = watch((resend) => retransmitter.armRequest('k', 'INVITE', resend), 60_000);
    expect(times).toEqual([500, 1_500, 3_500, 7_500, 15_500, 31_500]);
  });

  it('doubles up to T2 for other requests (timer E), and for answers to INVITE (timer G)', () => {
    const expected = [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    const retransmitter = createRetransmitter();
    expect(watch((resend) => retransmitter.armRequest('e', 'BYE', resend), 60_000)).toEqual(expected);
    expect(watch((resend) => retransmitter.armFinal('g', resend), 60_000)).toEqual(expected);
  });

  it('stops an INVITE at any response, another request at a final one and slows it at a provisional one', () => {
    const retransmitter = createRetransmitter();
    let [invites, byes] = [0, 0];
    retransmitter.armRequest('i', 'INVITE', () => {
      invites += 1;
    });
    retransmitter.armRequest('b', 'BYE', () => {
      byes += 1;
    });
    retransmitter.noteResponse('i', 'INVITE', 100);
    retransmitter.noteResponse('b', 'BYE', 100);
    vi.advanceTimersByTime(4_400);
    expect([invites, byes]).toEqual([0, 1]);
    vi.advanceTimersByTime(200);
    expect(byes).toBe(2);
    retransmitter.noteResponse('b', 'BYE', 200);
    vi.advanceTimersByTime(20_000);
    expect(byes).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind when it is closed', () => {
    const retransmitter = createRetransmitter();
    retransmitter.armRequest('a', 'INVITE', () => {});
    retransmitter.armFinal('b', () => {});
    retransmitter.stop('b');
    retransmitter.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
