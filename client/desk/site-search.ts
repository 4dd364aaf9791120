import type { Site } from '../../server/protocol/http.ts';
import { fold } from '../ui/fold.ts';

/** The sites in which every word that is searched for occurs: in the name, the id, an address or the account. */
export function searchSites(sites: readonly Site[], search: string): Site[] {
  const wanted = fold(search).split(/\s+/);
  return sites.filter(({ siteId, name, sip }) => {
    const text = fold([name, siteId, sip?.address, sip?.fallback, sip?.account].join(' '));
    return wanted.every((word) => text.includes(word));
  });
}

/** By name as the page's language orders them, `Xã 2` before `Xã 10`. */
export function sortSites(sites: readonly Site[], locale: string): Site[] {
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  return [...sites].sort((a, b) => compare(a.name, b.name) || (a.siteId < b.siteId ? -1 : 1));
}
