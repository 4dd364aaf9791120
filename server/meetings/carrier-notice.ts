import type { Notice } from '../protocol/notices.ts';

/**
 * When the carriers of a meeting's lines had all been told (REG-1): by the first notice that reached each. A notice that names no
 * carrier counts for every one. Nothing while one has not been told.
 */
export function carrierToldAt(carriers: readonly string[], notices: readonly Notice[]): number | undefined {
  const told = notices.filter(({ audience, deliveredAt, about }) => {
    return audience === 'carrier' && deliveredAt !== undefined && about !== 'cancellation';
  });
  const firstFor = (carrier: string | undefined) => {
    const own = told.filter(({ to }) => to.organisationId === undefined || to.organisationId === carrier);
    return Math.min(...own.map(({ deliveredAt }) => deliveredAt ?? Number.POSITIVE_INFINITY));
  };
  const all = carriers.length === 0 ? [Math.min(...told.map((n) => n.deliveredAt ?? 0))] : carriers.map(firstFor);
  const last = Math.max(...all);
  return Number.isFinite(last) ? last : undefined;
}
