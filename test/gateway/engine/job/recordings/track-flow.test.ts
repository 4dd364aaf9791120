import { expect, test } from 'vitest';
import { TrackFlow } from '../../../../../gateway/engine/job/recordings/track-flow.ts';

test('a part begins when everything flows, or when the other has been waited for', () => {
  const flow = new TrackFlow();
  flow.note(0, { video: 0, audio: 1 });
  expect(flow.isReady(100, 2)).toBe(false);
  flow.note(200, { video: 1, audio: 5 });
  expect(flow.isReady(200, 2)).toBe(true);
  const alone = new TrackFlow();
  for (let now = 0; now <= 1600; now += 100) alone.note(now, { video: undefined, audio: 1 + now });
  expect(alone.flowing(1600)).toEqual(['audio']);
  expect(alone.isReady(1600, 2)).toBe(true);
});

test('what stands still has stopped', () => {
  const flow = new TrackFlow();
  flow.note(0, { video: 1, audio: 1 });
  for (let now = 100; now <= 2000; now += 100) flow.note(now, { video: 1, audio: now });
  expect(flow.flowing(2000)).toEqual(['audio']);
  flow.note(2100, { video: undefined, audio: undefined });
  expect(flow.flowing(2100)).toEqual([]);
});
