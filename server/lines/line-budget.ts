import type { Directory } from '../desk/directory.ts';
import { budgetOf, type PlannedSite, shortLinesOf } from '../media/budget.ts';
import type { Booking, BookingStatus } from '../protocol/bookings.ts';
import type { Budget, Plan, ShortLines } from '../protocol/budget.ts';
import type { Site } from '../protocol/http.ts';
import { Refused } from '../protocol/refusals.ts';
import { faultOf } from '../room/geometry.ts';
import { INITIAL_LAYOUT } from '../room/state.ts';
import type { ComposedSize } from '../room/usual-rates.ts';

interface Parts {
  directory: Pick<Directory, 'list'>;
  bookings: { list(wanted: { from: number; to: number }): Promise<Booking[]> };
  /** The sizes in which codecs get their picture, the largest first. */
  composed: readonly ComposedSize[];
}

/** Of what is over nobody widens a line. */
const OVER: ReadonlySet<BookingStatus> = new Set(['closed', 'reported', 'cancelled']);

/** What meetings would need of their sites' lines, as the directory has these now; whoever it does not know is left out. */
export class LineBudget {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws `Refused` (`unknownLayout`) for a layout that does not fit together. */
  async of({ siteIds, layout, presents }: Plan): Promise<Budget> {
    const { directory, composed } = this.#parts;
    const fault = faultOf(layout);
    if (fault) throw new Refused('unknownLayout', fault);
    const wanted = new Set(siteIds);
    const sites = (await directory.list()).filter(({ siteId }) => wanted.has(siteId));
    return { sites: budgetOf(sites.map(plannedOf), { layout, presents, composed }) };
  }

  /** Of the booked meetings between these times, in the layout in which a room opens. */
  async ofBooked(between: { from: number; to: number }): Promise<ShortLines[]> {
    const { directory, bookings, composed } = this.#parts;
    const sites = new Map((await directory.list()).map((site) => [site.siteId, plannedOf(site)]));
    const booked = (await bookings.list(between)).filter(({ status }) => !OVER.has(status));
    return booked.map(({ bookingId, siteIds }) => {
      const planned = siteIds.map((siteId) => sites.get(siteId)).filter((site) => site !== undefined);
      return { bookingId, ...shortLinesOf(planned, { layout: INITIAL_LAYOUT, presents: false, composed }) };
    });
  }
}

function plannedOf({ siteId, name, sip, line }: Site): PlannedSite {
  const way = sip?.address || sip?.account ? ('codec' as const) : ('browser' as const);
  return { siteId, name, way, upKbps: line?.upKbps, downKbps: line?.downKbps };
}
