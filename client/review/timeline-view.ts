import type { Timeline } from '../../server/protocol/recording.ts';
import type { Waveform } from './inspection.ts';
import { gapAt, type Stretch, toMedia } from './recording-time.ts';

/** Where a moment is drawn, in percent of the width. */
export function placeOf(at: number, { from, to }: Stretch): number {
  return to > from ? ((at - from) / (to - from)) * 100 : 0;
}

const STEPS_MS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200].map((seconds) => seconds * 1000);
const TICK_PX = 84;

/** The moments that are written below, far enough apart to be read. */
export function ticksOf({ from, to }: Stretch, width: number): number[] {
  const most = Math.max(1, Math.floor(width / TICK_PX));
  const step = STEPS_MS.find((ms) => (to - from) / ms <= most) ?? STEPS_MS.at(-1) ?? 1;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** A waveform over the recording's own time as the outline of an SVG, `columns` wide and 2 high. Gaps are flat. */
export function outlineOf(waveform: Waveform, timeline: Timeline, view: Stretch, columns: number): string {
  const { peaks, bucketMs } = waveform;
  const step = (view.to - view.from) / columns;
  const heights = Array.from({ length: columns }, (_, i) => {
    const at = view.from + i * step;
    if (gapAt(timeline.gaps, at)) return 0;
    const first = Math.floor((toMedia(timeline, at) * 1000) / bucketMs);
    const span = peaks.subarray(first, first + Math.max(1, Math.ceil(step / bucketMs)));
    // Speech is far below full scale: drawn by its amount it would be a line.
    return Math.sqrt(Math.max(0, ...span) / 255);
  });
  const above = heights.map((height, i) => `L${i} ${(1 - height).toFixed(3)}`);
  const below = heights.map((height, i) => `L${i} ${(1 + height).toFixed(3)}`).reverse();
  return `M0 1${above.join('')}${below.join('')}Z`;
}
