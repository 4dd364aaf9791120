import { describe, expect, it } from 'vitest';
import { glareDelay, reofferThroughGlare } from '../../../gateway/sip/reoffer.ts';

describe('glare', () => {
  it('waits 2.1 to 4 s as the caller and 0 to 2 s as the called, in steps of 10 ms (RFC 3261 §14.1)', () => {
    expect([glareDelay(true, 0), glareDelay(true, 1), glareDelay(false, 0), glareDelay(false, 1)]).toEqual([
      2_100, 4_000, 0, 2_000,
    ]);
    expect(glareDelay(true, 0.123) % 10).toBe(0);
  });

  it('is answered 491 by us too while the library has another exchange under way, and given up with the call', async () => {
    let tries = 0;
    const result = await reofferThroughGlare({
      send: () => {
        tries += 1;
        throw new Error('There is an ongoing re-INVITE server transaction.');
      },
      ownsCallId: false,
      isGone: () => tries > 0,
    });
    expect(result).toEqual({ ok: false, status: 481, reason: 'Call is over' });
    expect(tries).toBe(1);
  });
});
