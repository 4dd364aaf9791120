import { afterEach, describe, expect, it, vi } from 'vitest';
import { glareDelay, reofferThroughGlare } from '../../../../gateway/sip/dialog/reoffer.ts';

afterEach(() => void vi.useRealTimers());

describe('glare', () => {
  it('waits 2.1 to 4 s as the caller and 0 to 2 s as the called, in steps of 10 ms (RFC 3261 §14.1)', () => {
    expect([glareDelay(true, 0), glareDelay(true, 1), glareDelay(false, 0), glareDelay(false, 1)]).toEqual([
      2_100, 4_000, 0, 2_000,
    ]);
    expect(glareDelay(true, 0.123) % 10).toBe(0);
  });

  it('is waited out and tried again, at most four times, and given up with the call', async () => {
    vi.useFakeTimers();
    const glare = { status: 491, reason: 'Request Pending' };
    const taken = { status: 200, reason: 'OK' };
    const send = vi.fn(async () => (send.mock.calls.length < 3 ? glare : taken));
    const result = reofferThroughGlare({ send, ownsCallId: true, isBusy: () => false, isGone: () => false });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(send).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await result).toEqual(taken);
    expect(send).toHaveBeenCalledTimes(3);

    const stubborn = vi.fn(async () => glare);
    const refused = reofferThroughGlare({
      send: stubborn,
      ownsCallId: false,
      isBusy: () => false,
      isGone: () => false,
    });
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await refused).toEqual(glare);
    expect(stubborn).toHaveBeenCalledTimes(4);

    const over = await reofferThroughGlare({
      send: stubborn,
      ownsCallId: false,
      isBusy: () => false,
      isGone: () => true,
    });
    expect(over).toEqual({ status: 481, reason: 'Call is over' });
    expect(stubborn).toHaveBeenCalledTimes(4);
  });

  it('is waited for where it is an exchange of our own, without a wait by chance', async () => {
    vi.useFakeTimers();
    const send = vi.fn(async () => ({ status: 200, reason: 'OK' }));
    let isBusy = true;
    const result = reofferThroughGlare({ send, ownsCallId: true, isBusy: () => isBusy, isGone: () => false });
    await vi.advanceTimersByTimeAsync(300);
    expect(send).not.toHaveBeenCalled();
    isBusy = false;
    await vi.advanceTimersByTimeAsync(50);
    expect(await result).toMatchObject({ status: 200 });
  });

  it('is refused where that exchange does not end', async () => {
    vi.useFakeTimers();
    const send = vi.fn(async () => ({ status: 200, reason: 'OK' }));
    const result = reofferThroughGlare({ send, ownsCallId: false, isBusy: () => true, isGone: () => false });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await result).toMatchObject({ status: 491 });
    expect(send).not.toHaveBeenCalled();
  });
});
