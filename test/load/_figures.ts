export interface Percentiles {
  p50: number;
  p95: number;
}

/** By nearest rank. @param share 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN;
}

/** To a tenth. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const at = (share: number) => Math.round(percentile(values, share) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95) };
}
