import type { Timeline } from '../../../server/protocol/recording.ts';
import { gapAt, type Stretch, toMedia } from '../recording-time.ts';
import type { Waveform } from './inspection.ts';

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
