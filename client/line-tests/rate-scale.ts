/** Beyond this no line of a site makes a difference, kbit/s. */
const MOST_KBPS = 4_000;

/** Where a rate stands on a drawn scale, 0 to 1: small rates are told apart, and large ones are on it. */
export function placeOf(kbps: number, mostKbps: number = MOST_KBPS): number {
  return Math.sqrt(Math.min(1, Math.max(0, kbps) / mostKbps));
}
