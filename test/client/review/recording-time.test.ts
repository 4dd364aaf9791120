import { describe, expect, it } from 'vitest';
import {
  besideMedia,
  gapAt,
  parseTime,
  readAddress,
  toAt,
  toMedia,
  writeAddress,
} from '../../../client/review/recording-time.ts';
import type { Part } from '../../../server/protocol/recording.ts';

function part(n: number, at: number, mediaAt: number, durationMs: number): Part {
  return { part: n, file: `program.${n}.mp4`, startedAt: 1_000_000 + at, at, mediaAt, durationMs, bytes: 1 };
}

/** A minute, twenty seconds of nothing, and half a minute. */
const parts = [part(1, 0, 0, 60_000), part(2, 80_000, 60_000, 30_000)];

describe("the recording's time and the player's", () => {
  it.each([
    [0, 0],
    [59_000, 59],
    [80_000, 60],
    [95_500, 75.5],
  ])('%d ms is %d s of the player, and back', (at, seconds) => {
    expect(toMedia({ parts }, at)).toBeCloseTo(seconds);
    expect(toAt({ parts }, seconds)).toBeCloseTo(at);
  });

  it('begins behind a gap for whoever jumps into it', () => {
    expect(toMedia({ parts }, 70_000)).toBe(60);
    expect(gapAt([{ at: 60_000, durationMs: 20_000 }], 70_000)).toEqual({ at: 60_000, durationMs: 20_000 });
    expect(gapAt([{ at: 60_000, durationMs: 20_000 }], 80_000)).toBeUndefined();
  });

  it('follows the last part further than is known of it, as it grows', () => {
    expect(toMedia({ parts }, 200_000)).toBe(180);
    expect(toAt({ parts }, 180)).toBe(200_000);
  });

  it('is the same where there are no parts', () => {
    expect(toMedia({ parts: [] }, 1500)).toBe(1.5);
    expect(toAt({ parts: [] }, 1.5)).toBe(1500);
  });

  it('begins in the middle where a stretch is shared', () => {
    const shared = { parts: [part(1, 40_000, 0, 20_000)] };
    expect(toMedia(shared, 45_000)).toBe(5);
    expect(toAt(shared, 5)).toBe(45_000);
  });

  it('finds a stream beside the program, or nothing while it is silent', () => {
    expect(besideMedia(parts, 85_000)).toBe(65);
    expect(besideMedia(parts, 70_000)).toBeNull();
  });
});

describe('parseTime', () => {
  it.each([
    ['754', 754_000],
    ['12.5', 12_500],
    ['12:34', 754_000],
    ['1:02:03', 3_723_000],
    ['1h2m3s', 3_723_000],
    ['90s', 90_000],
    ['12:99', null],
    ['-3', null],
    ['', null],
    ['abc', null],
  ])('%s', (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });
});

describe('an address', () => {
  it('names a moment or a stretch, and is read as it was written', () => {
    expect(readAddress('?t=12:34')).toEqual({ at: 754_000 });
    expect(readAddress('?from=60&to=120')).toEqual({ at: 60_000, stretch: { from: 60_000, to: 120_000 } });
    expect(readAddress(new URL(writeAddress('https://h/r', { at: 75_900 })).search)).toEqual({ at: 75_000 });
    expect(writeAddress('/r', { from: 1_500, to: 2_500 })).toBe('/r?from=1&to=3');
  });

  it('REG-8: or an incident, whose place the recording knows', () => {
    expect(readAddress('?incident=i1')).toEqual({ incidentId: 'i1' });
  });

  it('asks for nothing where it makes no sense', () => {
    expect(readAddress('?from=120&to=60')).toEqual({ at: 120_000 });
    expect(readAddress('?t=soon')).toEqual({});
  });
});
