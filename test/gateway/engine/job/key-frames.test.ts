import { expect, test } from 'vitest';
import { KeyFrameWatch } from '../../../../gateway/engine/job/key-frames.ts';

/** Packets come all the time, pictures only when `frames` says so; answers with the times at which it asked. */
function askedAt(frames: (now: number) => number, until: number): number[] {
  const watch = new KeyFrameWatch();
  const times: number[] = [];
  for (let now = 0; now <= until; now += 50) {
    if (watch.isDue(now, { packets: now + 1, frames: frames(now) })) times.push(now);
  }
  return times;
}

test('asks soon when packets come without a picture, and every two seconds until one comes', () => {
  expect(askedAt(() => 0, 5000)).toEqual([250, 2250, 4250]);
  expect(askedAt((now) => (now < 3000 ? 0 : now), 9000)).toEqual([250, 2250]);
});

test('asks again when pictures stop while packets go on: the decoder waits after a loss', () => {
  expect(askedAt((now) => Math.min(now, 4000), 5000)).toEqual([4300]);
});

test('does not ask when nothing comes at all', () => {
  const watch = new KeyFrameWatch();
  const due = [0, 500, 1000].some((now) => watch.isDue(now, { packets: 0, frames: 0 }));
  expect(due).toBe(false);
});
