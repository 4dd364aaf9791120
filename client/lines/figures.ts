/** Values at the times of a chart; null where nothing was measured. */
export type Track = readonly (number | null)[];

export interface Summary {
  last: number;
  min: number;
  max: number;
}

/** Undefined where nothing was measured at all. */
export function summaryOf(track: Track): Summary | undefined {
  const known = track.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return undefined;
  return { last, min: Math.min(...known), max: Math.max(...known) };
}

/** The place of the step that this moment lies in; null outside of the chart. */
export function placeAt(times: readonly number[], stepMs: number, at: number): number | null {
  const [first] = times;
  if (first === undefined || at < first) return null;
  const place = Math.floor((at - first) / stepMs);
  return place < times.length ? place : null;
}

/** The last value that was measured until then: what is shown as the latest. */
export function latest(track: Track, place = track.length - 1): number | null {
  for (let i = place; i >= 0; i--) {
    const value = track[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** How far a scale reaches: to the highest value and some more, at least to `least`. */
export function reachOf(tracks: readonly Track[], least: number): number {
  const highest = Math.max(0, ...tracks.map((track) => summaryOf(track)?.max ?? 0));
  return Math.max(least, highest * 1.1);
}
