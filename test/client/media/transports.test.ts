import { FakeHandler } from 'mediasoup-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LiveTransport, openTransport } from '../../../client/media/transports.ts';
import { FakePort, loadDevice } from './fake-media.ts';

let port: FakePort;
let live: LiveTransport;
const lost = vi.fn();

function pathBecomes(state: 'connected' | 'disconnected' | 'failed'): void {
  const { handler } = live.transport;
  if (handler instanceof FakeHandler) handler.setConnectionState(state);
}
const restarts = () => port.names().filter((name) => name === 'restartIce').length;

beforeEach(async () => {
  vi.useFakeTimers();
  lost.mockClear();
  port = new FakePort();
  live = await openTransport(port, await loadDevice(), 'receive', lost);
  pathBecomes('connected');
});
afterEach(() => {
  live.close();
  vi.useRealTimers();
});

describe('a live transport', () => {
  it('lets a short loss heal by itself', async () => {
    pathBecomes('disconnected');
    await vi.advanceTimersByTimeAsync(1000);
    pathBecomes('connected');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(restarts()).toBe(0);
  });

  it('restarts ICE when the loss lasts, and again until it helps', async () => {
    pathBecomes('disconnected');
    await vi.advanceTimersByTimeAsync(1500);
    expect(restarts()).toBe(1);
    pathBecomes('failed');
    await vi.advanceTimersByTimeAsync(4000);
    expect(restarts()).toBe(3);
    pathBecomes('connected');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(restarts()).toBe(3);
    expect(lost).not.toHaveBeenCalled();
  });

  it('does not restart again because a restart disconnects for a moment', async () => {
    vi.spyOn(live.transport, 'restartIce').mockImplementation(async () => pathBecomes('disconnected'));
    pathBecomes('failed');
    await vi.advanceTimersByTimeAsync(100);
    pathBecomes('connected');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(restarts()).toBe(1);
  });

  it('is lost after five restarts in vain', async () => {
    pathBecomes('failed');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(restarts()).toBe(5);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('waits where the server does not answer, for the path may come back by itself', async () => {
    let answer: () => void = () => undefined;
    port.waiting.set('restartIce', new Promise<void>((resolve) => (answer = resolve)));
    pathBecomes('disconnected');
    await vi.advanceTimersByTimeAsync(1500);
    pathBecomes('failed');
    live.restartIce();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restarts()).toBe(1);
    expect(lost).not.toHaveBeenCalled();
    const restarted = vi.spyOn(live.transport, 'restartIce');
    pathBecomes('connected');
    answer();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(restarted).toHaveBeenCalledOnce();
    expect(restarts()).toBe(1);
  });

  it('asks again, for as long as it takes, where it gets no answer', async () => {
    port.refusing.set('restartIce', 'retry');
    pathBecomes('failed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restarts()).toBe(16);
    expect(lost).not.toHaveBeenCalled();
  });

  it('is lost at once where the server does not know it', async () => {
    port.refusing.set('restartIce', 'transportUnknown');
    pathBecomes('failed');
    await vi.advanceTimersByTimeAsync(0);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('asks for nothing after it was closed', async () => {
    pathBecomes('disconnected');
    live.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(restarts()).toBe(0);
  });
});
