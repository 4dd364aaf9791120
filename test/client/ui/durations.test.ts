import { describe, expect, it } from 'vitest';
import { formatDuration, formatLength, isoDuration } from '../../../client/ui/durations.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [-5000, '0:00'],
    [59_999, '0:59'],
    [60_000, '1:00'],
    [3_599_000, '59:59'],
    [3_600_000, '1:00:00'],
    [36_061_000, '10:01:01'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('formatLength', () => {
  it.each([
    [0, '0:00:00'],
    [-5000, '0:00:00'],
    [858_000, '0:14:18'],
    [3_599_499, '0:59:59'],
    [3_599_999, '1:00:00'],
    [36_061_000, '10:01:01'],
  ])('%i ms is %s, as on paper', (ms, text) => expect(formatLength(ms)).toBe(text));
});

describe('isoDuration', () => {
  it('is ISO 8601', () => expect(isoDuration(3_723_000)).toBe('PT1H2M3S'));
});
