/** Below it a room is silent; above it a voice fills the meter. In dBov (RFC 6464). */
const SILENCE = -60;
const FULL = -12;

/** How many of `steps` a meter lights for a loudness in dBov. */
export function meterSteps(level: number | undefined, steps: number): number {
  if (level === undefined || level <= SILENCE) return 0;
  const share = (Math.min(level, FULL) - SILENCE) / (FULL - SILENCE);
  return Math.min(steps, Math.ceil(share * steps));
}
