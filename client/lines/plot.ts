import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Track } from './figures.ts';
import { sayTick } from './say.ts';

export interface Series {
  key: string;
  label: string;
  values: Track;
  /** `total` stands out, `target` is what was promised; the others by their place. */
  tone: 'total' | 'target' | number;
}

/** Neither red nor green nor amber, which mean something here. */
const HUES = [235, 310, 195, 275, 345, 215, 290, 180];

/** By CSS: the same in the legend and on the canvas, in both themes. */
export function colourOf(tone: Series['tone'], isDark: boolean): string {
  if (tone === 'total') return isDark ? '#f3ede4' : '#1c1814';
  if (tone === 'target') return isDark ? '#9a8f82' : '#63594e';
  return `oklch(${isDark ? 0.76 : 0.52} 0.13 ${HUES[tone % HUES.length]})`;
}

interface Options {
  series: readonly Pick<Series, 'key' | 'tone'>[];
  width: number;
  height: number;
  isDark: boolean;
  /** Of the text and of the lines behind. */
  colours: { ink: string; grid: string };
  format: (value: number) => string;
  /** Of the vertical scale, by what is drawn now. */
  reach: () => [number, number];
  /** Where the cursor stands now, by whomever it was moved. */
  onmoment: (place: number | null) => void;
  /** A part was chosen; seconds. */
  onzoom: (from: number, to: number) => void;
}

const AXIS_PX = 70;
const FONT_PX = 11;
const LINE_PX = 1.5;
/** A slip of the hand is no choice. */
const LEAST_ZOOM_PX = 8;

/** @param times in seconds. Whoever makes it destroys it. */
export function makePlot(
  target: HTMLElement,
  options: Options,
  times: readonly number[],
  tracks: readonly Track[],
): uPlot {
  const { ink, grid } = options.colours;
  const font = `${FONT_PX}px ${getComputedStyle(target).fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const plot = new uPlot(
    {
      width: options.width,
      height: options.height,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: { x: { time: true }, y: { range: () => options.reach() } },
      axes: [
        {
          ...axis,
          size: 26,
          gap: 8,
          space: 64,
          values: (self, splits) => splits.map((at) => sayTick(at * 1000, spanOf(self))),
        },
        {
          ...axis,
          size: AXIS_PX,
          gap: 4,
          space: 26,
          values: (_self, splits) => splits.map((value) => options.format(value)),
        },
      ],
      series: [{}, ...options.series.map(({ tone }) => drawn(tone, options.isDark))],
      hooks: {
        setCursor: [(self) => options.onmoment(self.cursor.idx ?? null)],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < LEAST_ZOOM_PX) return;
            options.onzoom(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'));
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    aligned(times, tracks),
    target,
  );
  return plot;
}

export function aligned(times: readonly number[], tracks: readonly Track[]): uPlot.AlignedData {
  return [[...times], ...tracks.map((track) => [...track])];
}

function drawn(tone: Series['tone'], isDark: boolean): uPlot.Series {
  const isTarget = tone === 'target';
  return {
    stroke: colourOf(tone, isDark),
    width: tone === 'total' ? LINE_PX + 0.5 : LINE_PX,
    points: { size: 3 },
    ...(isTarget ? { dash: [6, 5], points: { show: false } } : {}),
  };
}

function spanOf({ scales }: uPlot): number {
  return ((scales.x?.max ?? 0) - (scales.x?.min ?? 0)) * 1000;
}
