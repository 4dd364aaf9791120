// Joining fragments: where each track's time is written, in what unit.

import { type Box, boxesAt, clockOf, moveTime, readTime } from './boxes.ts';

/** Ticks a second by track id. */
export type Timescales = ReadonlyMap<number, number>;

/** Of the initialization segment. Throws `RangeError` where it is none. */
export function timescalesOf(init: Buffer): Timescales {
  const clocks = boxesAt(init, ['moov', 'trak']).map((trak) => clockOf(init, trak));
  if (clocks.length === 0) throw new RangeError('no track in the initialization segment');
  return new Map(clocks.map(({ trackId, timescale }) => [trackId, timescale]));
}

/**
 * Moves a fragment in time: rewrites each of its tracks' in place.
 * @param head the fragment from its first byte on, at least its `moof`
 * @returns false where a track's time cannot be moved, because it would fall before 0 or does not fit
 */
export function shiftFragment(head: Buffer, timescales: Timescales, byMs: number): boolean {
  return timesIn(head, timescales).every(
    (time) => time !== undefined && moveTime(head, time.tfdt, Math.round((byMs * time.scale) / 1000)),
  );
}

/** When the earliest of a fragment's tracks begins, in ms. @param head the fragment from its first byte on, at least its `moof` */
export function earliestOf(head: Buffer, timescales: Timescales): number {
  const times = timesIn(head, timescales).flatMap((time) =>
    time ? [(1000 * readTime(head, time.tfdt)) / time.scale] : [],
  );
  return times.length === 0 ? 0 : Math.min(...times);
}

/** What a decoder must know of each track (8.5.2), in their order. */
export function sampleDescriptionsOf(init: Buffer): Buffer[] {
  const boxes = boxesAt(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  return boxes.map(({ start, end }) => init.subarray(start, end));
}

/** Of each of a fragment's tracks; undefined where it has none, or in an unknown unit. */
function timesIn(head: Buffer, timescales: Timescales): ({ tfdt: Box; scale: number } | undefined)[] {
  return boxesAt(head, ['moof', 'traf']).map((traf) => {
    const [tfhd] = boxesAt(head, ['tfhd'], traf);
    const [tfdt] = boxesAt(head, ['tfdt'], traf);
    const scale = tfhd && timescales.get(head.readUInt32BE(tfhd.start + 4));
    return tfdt && scale ? { tfdt, scale } : undefined;
  });
}
