import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Shortage } from '../../../server/media/shortage.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A receiver as mediasoup shows it. */
function receiver() {
  const consumer = {
    paused: true,
    currentLayers: undefined as { spatialLayer: number } | undefined,
    preferredLayers: { spatialLayer: 2 },
    on: (_event: 'layerschange', listener: () => void) => {
      tell = listener;
    },
  };
  let tell = () => {};
  const turns: boolean[] = [];
  const shortage: Shortage = new Shortage(consumer, () => turns.push(shortage.isShort));
  const gets = (layer: number | undefined) => {
    consumer.currentLayers = layer === undefined ? undefined : { spatialLayer: layer };
    tell();
  };
  return { consumer, shortage, turns, gets };
}

test('a line without the picture is short of it after a while, not while it waits for its first key frame', () => {
  const { consumer, shortage, turns, gets } = receiver();
  shortage.review();
  vi.advanceTimersByTime(60_000);
  expect(turns).toEqual([]);
  consumer.paused = false;
  shortage.review();
  vi.advanceTimersByTime(1_500);
  gets(2);
  vi.advanceTimersByTime(60_000);
  expect(turns).toEqual([]);
  gets(undefined);
  vi.advanceTimersByTime(400);
  expect(turns).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(turns).toEqual([true]);
});

test('it has recovered after twenty seconds of the layer that it should get', () => {
  const { consumer, shortage, turns, gets } = receiver();
  consumer.paused = false;
  gets(0);
  vi.advanceTimersByTime(2_000);
  expect(shortage.isShort).toBe(true);
  gets(2);
  vi.advanceTimersByTime(19_000);
  gets(1);
  gets(2);
  vi.advanceTimersByTime(19_000);
  expect(turns).toEqual([true]);
  vi.advanceTimersByTime(1_000);
  expect(turns).toEqual([true, false]);
});

test('a closed one says nothing more', () => {
  const { consumer, shortage, turns } = receiver();
  consumer.paused = false;
  shortage.review();
  shortage.close();
  vi.advanceTimersByTime(60_000);
  expect([turns, vi.getTimerCount()]).toEqual([[], 0]);
});
