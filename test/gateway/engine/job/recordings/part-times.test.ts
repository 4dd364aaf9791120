import { expect, test } from 'vitest';
import { timesOf } from '../../../../../gateway/engine/job/recordings/part-times.ts';

const now = { earlyNs: 0, runningTime: 10e9, wallMs: 1_000_000 };

test('media time 0 is where the earlier of both begins', () => {
  expect(timesOf({ video: 9e9, audio: 9.25e9 }, now)).toEqual({ atMs: 999_000, videoUs: 0, audioUs: 250_000 });
  expect(timesOf({ video: undefined, audio: 9e9 }, now)).toEqual({ atMs: 999_000, videoUs: 0, audioUs: 0 });
});

test('sound that its coding delays begins earlier', () => {
  const times = timesOf({ video: 9e9, audio: 9e9 }, { ...now, earlyNs: 20e6 });
  expect(times).toEqual({ atMs: 998_980, videoUs: 20_000, audioUs: 0 });
});
