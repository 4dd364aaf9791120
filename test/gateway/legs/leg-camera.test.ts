import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LegCamera } from '../../../gateway/legs/leg-camera.ts';
import { actIn } from '../camera/endpoint-camera.ts';

const left = { pan: -1, tilt: 0, zoom: 0, by: 'operator' } as const;
let sent: string[] = [];
let camera: LegCamera;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  camera = new LegCamera((payload) => {
    const act = actIn(Buffer.from(payload, 'base64'));
    if (act) sent.push(act.kind);
  });
  camera.start();
});
afterEach(() => {
  camera.close();
  vi.useRealTimers();
});

test('what was asked of the camera in an earlier call is not done again', () => {
  const earlier = { moving: null, recalled: { preset: 3, at: 1 }, stored: { preset: 4, at: 2 } };
  camera.follow(earlier);
  expect(sent).toEqual([]);
  camera.follow({ ...earlier, recalled: { preset: 3, at: 5 } });
  expect(sent).toEqual(['activate']);
});

test('the first thing asked is done, whether something stood before or not', () => {
  camera.follow(undefined);
  camera.follow({ moving: null, stored: { preset: 4, at: 2 } });
  expect(sent).toEqual(['store']);
});

test('a movement that nobody ends, ends', () => {
  camera.follow({ moving: left });
  vi.advanceTimersByTime(12_000);
  expect(sent[0]).toBe('start');
  expect(sent).not.toContain('stop');
  vi.advanceTimersByTime(20_000);
  expect(sent.at(-1)).toBe('stop');
});
