import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CatchUp } from '../../../server/media/catch-up.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A service's consumer as mediasoup shows it, of a picture in three layers of which the largest comes. */
function receiver() {
  const listeners: (() => void)[] = [];
  const told: number[] = [];
  const failures: unknown[] = [];
  const consumer = {
    paused: false,
    currentLayers: { spatialLayer: 2 } as { spatialLayer: number } | undefined,
    score: { producerScores: [0, 0, 10] },
    setPreferredLayers: async ({ spatialLayer }: { spatialLayer: number }) => void told.push(spatialLayer),
    on: (_event: string, listener: () => void) => void listeners.push(listener),
  };
  let wanted: number | null = 2;
  const options = { wanted: () => wanted, failed: (error: unknown) => void failures.push(error) };
  const catchUp = new CatchUp(consumer, options);
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const wants = (layer: number | null) => {
    wanted = layer;
    catchUp.review();
  };
  return { consumer, catchUp, told, failures, tell, wants };
}

test('a layer that there is and that does not come is asked for again until it comes', async () => {
  const { consumer, told, tell, wants } = receiver();
  wants(0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual([]);
  consumer.score = { producerScores: [10, 0, 10] };
  tell();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([2, 0, 2, 0]);
  consumer.currentLayers = { spatialLayer: 0 };
  tell();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([2, 0, 2, 0]);
});

test('nothing is said while nothing is lacking, wanted or sent, nor after the end', async () => {
  const { consumer, catchUp, told, tell, wants } = receiver();
  consumer.score = { producerScores: [10, 10, 10] };
  wants(5);
  wants(null);
  consumer.paused = true;
  wants(0);
  consumer.paused = false;
  consumer.currentLayers = undefined;
  tell();
  await vi.advanceTimersByTimeAsync(60_000);
  consumer.currentLayers = { spatialLayer: 2 };
  tell();
  catchUp.close();
  tell();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
});

test('a failure is reported, and it is tried again', async () => {
  const { consumer, catchUp, failures, wants } = receiver();
  consumer.score = { producerScores: [10, 0, 10] };
  consumer.setPreferredLayers = () => Promise.reject(new Error('gone'));
  wants(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(failures).toHaveLength(2);
  catchUp.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(failures).toHaveLength(2);
});
