import { describe, expect, test } from 'vitest';
import { SoundMeter, sampleRate } from '../../../../../gateway/engine/job/inspections/inspect-sound.ts';

/** A tone of so many dB of full scale in each channel, in pieces as a decoder gives them. */
function* tone(hz: number, levels: readonly (readonly [db: number, seconds: number])[], channels = 2) {
  let at = 0;
  for (const [db, seconds] of levels) {
    const amount = 10 ** (db / 20);
    for (const end = at + seconds * sampleRate; at < end; ) {
      const frames = Math.min(1024, end - at);
      const samples = new Float32Array(frames * channels);
      for (let frame = 0; frame < frames; frame += 1) {
        const value = amount * Math.sin((2 * Math.PI * hz * (at + frame)) / sampleRate);
        samples.fill(value, frame * channels, (frame + 1) * channels);
      }
      yield samples;
      at += frames;
    }
  }
}

function measure(levels: readonly (readonly [number, number])[], { hz = 1000, channels = 2 } = {}) {
  const seconds = levels.reduce((sum, [, length]) => sum + length, 0);
  const meter = new SoundMeter(seconds * 1000);
  meter.seek(0);
  for (const samples of tone(hz, levels, channels)) meter.push(samples, channels);
  return meter.result();
}

describe('integrated loudness', () => {
  test('a full tone of 997 Hz in one channel is −3.01 LUFS (ITU-R BS.1770-4 annex 1)', () => {
    expect(measure([[0, 10]], { hz: 997, channels: 1 }).integratedLufs).toBeCloseTo(-3, 1);
  });

  // EBU Tech 3341, tests 1 to 5.
  test.each([
    [[[-23, 20]], -23],
    [[[-33, 20]], -33],
    [
      [
        [-36, 10],
        [-23, 60],
        [-36, 10],
      ],
      -23,
    ],
    [
      [
        [-72, 10],
        [-36, 10],
        [-23, 60],
        [-36, 10],
        [-72, 10],
      ],
      -23,
    ],
    [
      [
        [-26, 20],
        [-20, 20.1],
        [-26, 20],
      ],
      -23,
    ],
  ] as const)('%j is %d LUFS', (levels, lufs) => {
    expect(Math.abs((measure(levels).integratedLufs ?? 0) - lufs)).toBeLessThanOrEqual(0.1);
  });

  test('low tones count less', () => {
    expect(measure([[-20, 5]], { hz: 30 }).integratedLufs ?? 0).toBeLessThan(-25);
  });

  test('silence has none', () => {
    const { integratedLufs, rangeLu, peakDbfs, silences } = measure([[Number.NEGATIVE_INFINITY, 5]]);
    expect([integratedLufs, rangeLu, peakDbfs]).toEqual([null, null, null]);
    expect(silences).toEqual([{ fromMs: 0, toMs: 5000 }]);
  });
});

// EBU Tech 3342, tests 1 to 3.
test.each([
  [-20, -30, 10],
  [-20, -15, 5],
  [-40, -20, 20],
])('a range from %d to %d dB is %d LU', (a, b, range) => {
  const { rangeLu } = measure([
    [a, 20],
    [b, 20],
  ]);
  expect(Math.abs((rangeLu ?? 0) - range)).toBeLessThanOrEqual(1);
});

test('the peak is that of the loudest sample', () => {
  expect(
    measure([
      [-20, 2],
      [-6, 1],
    ]).peakDbfs,
  ).toBeCloseTo(-6, 1);
});

test('a waveform has a bucket each 100 ms, fewer where it is long', () => {
  const { bucketMs, peaks } = measure([
    [-6, 1],
    [Number.NEGATIVE_INFINITY, 1],
  ]);
  expect(bucketMs).toBe(100);
  expect([...peaks]).toEqual([...Array(10).fill(128), ...Array(10).fill(0)]);
  const long = new SoundMeter(2 * 3600 * 1000).result();
  expect(long.bucketMs).toBe(1800);
  expect(long.peaks).toHaveLength(4000);
});

test('pauses of two seconds are silences, shorter ones are not, nor is what is never sent', () => {
  const meter = new SoundMeter(20_000);
  const play = (atMs: number, levels: readonly (readonly [number, number])[]) => {
    meter.seek(atMs);
    for (const samples of tone(400, levels)) meter.push(samples, 2);
  };
  play(0, [
    [-20, 2],
    [-60, 1],
    [-20, 2],
    [-60, 3],
    [-20, 2],
  ]);
  // A part of the program that begins later: what is between is silent.
  play(15_000, [[-20, 5]]);
  const { silences, integratedLufs } = meter.result();
  expect(silences).toEqual([
    { fromMs: 5000, toMs: 8000 },
    { fromMs: 10_000, toMs: 15_000 },
  ]);
  expect(integratedLufs).toBeCloseTo(-20.8, 0);
});

test('what comes after the end is left out', () => {
  const meter = new SoundMeter(1000);
  meter.seek(900);
  for (const samples of tone(400, [[-20, 1]])) meter.push(samples, 2);
  expect(meter.result().peaks).toHaveLength(10);
});
