import type { Directory } from '../desk/directory.ts';
import { budgetOf } from '../media/budget.ts';
import type { Budget, Plan } from '../protocol/budget.ts';
import { Refused } from '../protocol/refusals.ts';
import { faultOf } from '../room/geometry.ts';
import type { ComposedSize } from '../room/usual-rates.ts';

/**
 * What a meeting would need of the lines of these sites, as the directory has them now; whoever it does not know is left out.
 * Throws `Refused` (`unknownLayout`) for a layout that does not fit together.
 * @param composed the sizes in which codecs get their picture, the largest first
 */
export async function lineBudget(
  { siteIds, layout, presents }: Plan,
  { directory, composed }: { directory: Directory; composed: readonly ComposedSize[] },
): Promise<Budget> {
  const fault = faultOf(layout);
  if (fault) throw new Refused('unknownLayout', fault);
  const wanted = new Set(siteIds);
  const sites = (await directory.list()).filter(({ siteId }) => wanted.has(siteId));
  const planned = sites.map(({ siteId, name, sip, line }) => {
    const way = sip?.address || sip?.account ? ('codec' as const) : ('browser' as const);
    return { siteId, name, way, upKbps: line?.upKbps, downKbps: line?.downKbps };
  });
  return { sites: budgetOf(planned, { layout, presents, composed }) };
}
