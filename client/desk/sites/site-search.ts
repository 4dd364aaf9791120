import type { Site } from '../../../server/protocol/http.ts';
import { fold } from '../../ui/fold.ts';

/** What of a site is looked through. */
export type FoundSite = Pick<Site, 'siteId' | 'name' | 'unit' | 'sip' | 'technicians'>;

/** The sites in which every word that is searched for occurs: in the name, the unit, the id, an address, the account or a technician. */
export function searchSites<S extends FoundSite>(sites: readonly S[], search: string): S[] {
  const wanted = fold(search).split(/\s+/);
  return sites.filter(({ siteId, name, unit, sip, technicians = [] }) => {
    const people = technicians.flatMap((person) => [person.name, person.phone]);
    const text = fold([name, unit, siteId, sip?.address, sip?.fallback, sip?.account, ...people].join(' '));
    return wanted.every((word) => text.includes(word));
  });
}

/** By name as the page's language orders them, `Xã 2` before `Xã 10`. */
export function sortSites<S extends FoundSite>(sites: readonly S[], locale: string): S[] {
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  return [...sites].sort((a, b) => compare(a.name, b.name) || (a.siteId < b.siteId ? -1 : 1));
}
