/** The highest peak of a sum that is left as it is, in dB of full scale: up to there the limiter bends only a little. */
const highestPeakDb = -3;
/** dB by which the gain comes back with each measurement: 4 dB a second. */
const backDb = 0.2;

/** How often the peak of a sum is measured, in milliseconds. */
export const ridingIntervalMs = 50;

/**
 * What is to be added to a sum of voices (0 dB or less) whose peak was just `peakDb` before it: down at once, back slowly.
 * The limiter behind it has only to cope with the first moment of what is too loud.
 */
export function ride(gainDb: number, peakDb: number): number {
  return Math.min(highestPeakDb - peakDb, Math.min(0, gainDb + backDb));
}
