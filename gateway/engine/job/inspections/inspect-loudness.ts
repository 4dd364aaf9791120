/** Gating blocks of 400 ms every 100 ms (ITU-R BS.1770-4); windows of 3 s for the range (EBU Tech 3342), as often. */
const gatingBlocks = 4;
const shortTermBlocks = 30;
const absoluteGateLufs = -70;
/** Below the loudness of what has passed the first gate. */
const relativeGateLu = { integrated: 10, range: 20 };
const percentiles = { low: 0.1, high: 0.95 };

/** In LUFS, of a mean of weighted squares, summed over the channels. */
export function loudnessOf(power: number): number {
  return -0.691 + 10 * Math.log10(power);
}

/**
 * In LUFS; null where nothing is loud enough. Pure.
 * @param power of each 100 ms; NaN where there is none
 */
export function integratedLoudness(power: Float64Array): number | null {
  const gated = gate(windowsOf(power, gatingBlocks), relativeGateLu.integrated);
  return gated.length === 0 ? null : loudnessOf(meanOf(gated));
}

/** In LU; null where nothing lasts three seconds. Pure. */
export function loudnessRange(power: Float64Array): number | null {
  const gated = gate(windowsOf(power, shortTermBlocks), relativeGateLu.range).sort();
  if (gated.length === 0) return null;
  const at = (share: number) => loudnessOf(gated[Math.round((gated.length - 1) * share)] ?? 0);
  return at(percentiles.high) - at(percentiles.low);
}

/** Means of so many blocks in a row, those alone that have no hole. */
function windowsOf(power: Float64Array, length: number): Float64Array {
  const windows: number[] = [];
  let [sum, count] = [0, 0];
  for (let block = 0; block < power.length; block += 1) {
    const value = power[block] ?? Number.NaN;
    if (Number.isNaN(value)) {
      [sum, count] = [0, 0];
      continue;
    }
    sum += value;
    if (count === length) sum -= power[block - length] ?? 0;
    else count += 1;
    // What rounding leaves of a loud past is no sound.
    if (count === length) windows.push(Math.max(0, sum / length));
  }
  return Float64Array.from(windows);
}

function gate(windows: Float64Array, belowLu: number): Float64Array {
  const loud = windows.filter((power) => loudnessOf(power) > absoluteGateLufs);
  if (loud.length === 0) return loud;
  const least = loudnessOf(meanOf(loud)) - belowLu;
  return loud.filter((power) => loudnessOf(power) > least);
}

function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
