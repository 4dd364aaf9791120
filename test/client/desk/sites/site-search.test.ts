import { expect, it } from 'vitest';
import { searchSites, sortSites } from '../../../../client/desk/sites/site-search.ts';
import type { Site } from '../../../../server/protocol/http.ts';

const sip = { sources: [], encryption: 'preferred', bridge: false, hasPassword: false } as const;
const sites: Site[] = [
  { siteId: 'xa-10', name: 'Xã 10' },
  { siteId: 'cho-don', name: 'Chợ Đồn', sip: { ...sip, sources: [], address: 'phong1@10.0.0.5' } },
  { siteId: 'xa-2', name: 'Xã 2' },
];
const found = (search: string) => searchSites(sites, search).map(({ siteId }) => siteId);

it('finds without case and marks, by every word, in names and addresses', () => {
  expect(found('CHO don')).toEqual(['cho-don']);
  expect(found('đồn')).toEqual(['cho-don']);
  expect(found('10')).toEqual(['xa-10', 'cho-don']);
  expect(found('xa 2')).toEqual(['xa-2']);
  expect(found(' ')).toHaveLength(3);
  expect(found('không có')).toEqual([]);
});

it('orders by name, figures as numbers', () => {
  expect(sortSites(sites, 'vi').map(({ name }) => name)).toEqual(['Chợ Đồn', 'Xã 2', 'Xã 10']);
});
