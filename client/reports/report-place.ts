import { organisationIdSchema } from '../../server/protocol/directory.ts';
import { roomIdSchema } from '../../server/protocol/ids.ts';
import { monthSchema } from '../../server/protocol/reports.ts';

/** Which report an address means. Without a time: the present one. */
export type ReportPlace =
  | { readonly view: 'meetings'; readonly month?: string }
  | { readonly view: 'minutes'; readonly roomId: string }
  | { readonly view: 'usage'; readonly month?: string }
  | { readonly view: 'carriers'; readonly carrierId?: string; readonly month?: string }
  | { readonly view: 'year'; readonly year?: number };

export function reportPlaceOf(pathname: string): ReportPlace {
  const [, view, first, second] = pathname.split('/').filter((part) => part !== '');
  const month = (given: string | undefined) => {
    const parsed = monthSchema.safeParse(given);
    return parsed.success ? { month: parsed.data } : {};
  };
  const room = roomIdSchema.safeParse(first);
  if (view === 'meeting' && room.success) return { view: 'minutes', roomId: room.data };
  if (view === 'usage') return { view, ...month(first) };
  if (view === 'carriers') {
    const carrier = organisationIdSchema.safeParse(first);
    return { view, ...(carrier.success ? { carrierId: carrier.data } : {}), ...month(second) };
  }
  if (view === 'year') return { view, ...(/^20\d\d$/.test(first ?? '') ? { year: Number(first) } : {}) };
  return { view: 'meetings', ...month(view) };
}

/** `2026-11`, of this machine's clock. */
export function monthOf(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;
}

export function monthAfter(month: string, by: number): string {
  const [year = 0, which = 1] = month.split('-').map(Number);
  return monthOf(new Date(year, which - 1 + by, 1));
}

/** From its first moment to the next month's. */
export function monthBounds(month: string): { from: number; to: number } {
  const [year = 0, which = 1] = month.split('-').map(Number);
  return { from: new Date(year, which - 1, 1).getTime(), to: new Date(year, which, 1).getTime() };
}
