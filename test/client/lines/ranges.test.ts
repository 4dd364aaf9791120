import { expect, test } from 'vitest';
import { readRange, refreshMs, spanOf, writeRange } from '../../../client/lines/ranges.ts';

const HOUR = 3_600_000;

test('a range is in the address, so that it can be sent to somebody', () => {
  expect(readRange('?last=h1')).toEqual({ last: 'h1' });
  expect(readRange(writeRange({ from: 5, to: 9 }, '600100'))).toEqual({ from: 5, to: 9 });
  expect(writeRange({ last: 'd7' }, undefined)).toBe('?last=d7');
  for (const odd of ['', '?last=ever', '?from=9&to=5', '?from=x&to=y', '?from=5']) {
    expect(readRange(odd)).toEqual({ last: 'm15' });
  }
});

test('what follows the clock ends now and is read again; what is over is not', () => {
  expect(spanOf({ last: 'h1' }, 2 * HOUR)).toEqual({ from: HOUR, to: 2 * HOUR });
  expect(spanOf({ from: 1, to: 2 }, HOUR)).toEqual({ from: 1, to: 2 });
  expect(refreshMs({ from: 1, to: 2 })).toBeNull();
  expect(refreshMs({ last: 'd30' })).toBeGreaterThan(refreshMs({ last: 'm5' }) ?? 0);
});
