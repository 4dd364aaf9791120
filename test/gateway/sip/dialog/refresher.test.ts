import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type RefreshAnswer, Refresher } from '../../../../gateway/sip/dialog/refresher.ts';

const settings = { expires: 1_800, minimum: 90 };
const send = vi.fn<(headers: string[]) => Promise<RefreshAnswer>>();
const answer = (status: number, headers: Record<string, string> = {}): RefreshAnswer => ({
  status,
  message: {
    getHeader: (name) => headers[name],
    getHeaders: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  },
});
let refresher: Refresher;

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset().mockResolvedValue(answer(200, { 'Session-Expires': '600;refresher=uac' }));
  refresher = new Refresher({ settings, send });
});

afterEach(() => {
  refresher.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it('refreshes at half the interval, again and again (RFC 4028 §10)', async () => {
  refresher.agree({ seconds: 600, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(299_000);
  expect(send).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(send).toHaveBeenCalledWith(['Session-Expires: 600;refresher=uac', 'Min-SE: 90']);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(send).toHaveBeenCalledTimes(3);
});

it('leaves it to the peer where that was agreed, also later, and ends nothing if it does not', async () => {
  refresher.agree({ seconds: 600, refresher: 'us' });
  refresher.agree({ seconds: 600, refresher: 'them' });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(send).not.toHaveBeenCalled();
  expect(refresher.offer()).toEqual(['Session-Expires: 600;refresher=uas', 'Min-SE: 90']);
});

it('offers nothing and refreshes nothing without a timer', async () => {
  refresher.agree(undefined);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([send.mock.calls.length, refresher.offer()]).toEqual([0, []]);
});

it('is begun anew by whatever the peer refreshes itself', async () => {
  refresher.agree({ seconds: 600, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(200_000);
  refresher.agree(undefined);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(send).not.toHaveBeenCalled();
});

it('has three more chances within the interval after a refusal, and goes on for ever', async () => {
  send.mockResolvedValue(answer(500));
  refresher.agree({ seconds: 600, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(send).toHaveBeenCalledTimes(4);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(send).toHaveBeenCalledTimes(40);
});

it('grants a 422 what it demands at once, but not the same one twice (§7.3)', async () => {
  send.mockResolvedValue(answer(422, { 'Min-SE': '900' }));
  refresher.agree({ seconds: 600, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(send.mock.calls.map(([headers]) => headers)).toEqual([
    ['Session-Expires: 600;refresher=uac', 'Min-SE: 90'],
    ['Session-Expires: 900;refresher=uac', 'Min-SE: 900'],
  ]);
});

it('follows no peer that demands more with every 422, and none that grants nothing, into one refresh after the other', async () => {
  let demanded = 600;
  send.mockImplementation(async () => {
    demanded += 1;
    return answer(422, { 'Min-SE': String(demanded) });
  });
  refresher.agree({ seconds: 600, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(send).toHaveBeenCalledTimes(2);
  send.mockReset().mockResolvedValue(answer(200, { 'Session-Expires': '0;refresher=uac' }));
  refresher.agree({ seconds: 0, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(send).toHaveBeenCalledTimes(12);
});

it('says nothing after its end, not even when an answer comes then', async () => {
  let answerLate: (answer: RefreshAnswer) => void = () => {};
  send.mockImplementation(
    () =>
      new Promise((resolve) => {
        answerLate = resolve;
      }),
  );
  refresher.agree({ seconds: 600, refresher: 'us' });
  await vi.advanceTimersByTimeAsync(300_000);
  refresher.close();
  answerLate(answer(500));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(send).toHaveBeenCalledOnce();
});
