import type { ChartFlow, LineChart } from '../../server/protocol/quality.ts';
import { latest, type Track } from './figures.ts';

// How large each picture came that a line was sent, over the time of a chart. Pure.

/** One picture, in whatever tier it came. */
export interface Received {
  key: string;
  stream: ChartFlow['stream'];
  /** Lines of it; 0 where it was held back, null where it was not wanted. */
  heights: Track;
}

/** As the layers of a camera: a quarter, a half, the whole of 720 lines. */
export type Size = 'small' | 'medium' | 'large';
export const DRAWN = ['none', 'small', 'medium', 'large'] as const;
/** A picture that was held back for the line's sake has a foot; one that nobody wanted has nothing. */
const FULL = { none: 8, small: 34, medium: 67, large: 100 };

export function sizeOf(lines: number): Size {
  if (lines <= 220) return 'small';
  return lines <= 440 ? 'medium' : 'large';
}

/** In the order of the chart, the largest stream first. */
export function receivedOf({ flows }: Pick<LineChart, 'flows'>): Received[] {
  const found = new Map<string, Received>();
  for (const { direction, stream, heights } of flows) {
    if (direction !== 'down' || !heights) continue;
    const { tier: _tier, ...picture } = stream;
    const key = [picture.participantId, picture.source, picture.for ?? ''].join('/');
    const known = found.get(key);
    found.set(key, { key, stream: picture, heights: known ? largest(known.heights, heights) : heights });
  }
  return [...found.values()];
}

/** For a moment while one tier takes the place of another both come. */
function largest(a: Track, b: Track): Track {
  return a.map((lines, place) => {
    const other = b[place] ?? null;
    return lines === null ? other : Math.max(lines, other ?? 0);
  });
}

/** Of each size the outline within a box of 1000 × 100, the larger the higher: its colour alone says nothing. */
export function outlinesOf(heights: Track): Record<Size | 'none', string> {
  const outlines = { none: '', small: '', medium: '', large: '' };
  const width = 1_000 / Math.max(1, heights.length);
  for (let from = 0; from < heights.length; ) {
    const size = sizeAt(heights, from);
    let to = from + 1;
    while (to < heights.length && sizeAt(heights, to) === size) to += 1;
    if (size)
      outlines[size] += `M${(from * width).toFixed(2)} 100v-${FULL[size]}h${((to - from) * width).toFixed(2)}V100z`;
    from = to;
  }
  return outlines;
}

/** Lines at the step that is looked at; without one, the latest. */
export function heightAt(heights: Track, moment: number | null): number | null {
  return moment === null ? latest(heights) : (heights[moment] ?? null);
}

/** Of the time in which it was wanted, the share in each size; 'none': held back. */
export function sharesOf(heights: Track): Record<Size | 'none', number> {
  const shares = { none: 0, small: 0, medium: 0, large: 0 };
  const wanted = heights.filter((lines) => lines !== null);
  for (const lines of wanted) shares[lines === 0 ? 'none' : sizeOf(lines)] += 1 / wanted.length;
  return shares;
}

function sizeAt(heights: Track, place: number): Size | 'none' | undefined {
  const lines = heights[place] ?? null;
  if (lines === null) return undefined;
  return lines === 0 ? 'none' : sizeOf(lines);
}
