import { expect, test } from 'vitest';
import { monthAfter, monthBounds, reportPlaceOf } from '../../../client/reports/report-place.ts';

test.each([
  ['/reports', { view: 'meetings' }],
  ['/reports/2026-11', { view: 'meetings', month: '2026-11' }],
  ['/reports/meeting/100200', { view: 'minutes', roomId: '100200' }],
  ['/reports/meeting/..%2f', { view: 'meetings' }],
  ['/reports/usage', { view: 'usage' }],
  ['/reports/carriers/vnpt/2026-02', { view: 'carriers', carrierId: 'vnpt', month: '2026-02' }],
  ['/reports/carriers/vnpt/2026-13', { view: 'carriers', carrierId: 'vnpt' }],
  ['/reports/year/2026', { view: 'year', year: 2026 }],
  ['/reports/year/1', { view: 'year' }],
])('%s', (pathname, place) => {
  expect(reportPlaceOf(pathname)).toEqual(place);
});

test('months follow one another over the year', () => {
  expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
  expect(monthBounds('2026-12').to).toBe(monthBounds('2027-01').from);
});
