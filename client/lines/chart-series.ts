import type { Line } from '../../server/protocol/directory.ts';
import type { LineChart } from '../../server/protocol/quality.ts';
import type { Series } from './plot.ts';
import { formatMs, formatOpinion, formatRate, formatShare, sayFlow } from './say.ts';
import { words } from './words.ts';

export interface Drawn {
  key: string;
  /** What is drawn large, and what stands beside what. */
  kind: 'rate' | 'figure' | 'opinion';
  title: string;
  series: Series[];
  format: (value: number) => string;
  scale: [number, number] | { least: number };
}

/** Everything that is drawn of a line: what it carried each way, and how well. @param targets what the carrier has promised */
export function drawnOf(chart: LineChart, targets: Partial<Line['targets']> = {}): Drawn[] {
  const { loss, jitterMs, roundTripMs } = targets;
  return [
    rates(chart, 'up'),
    rates(chart, 'down'),
    both(chart, 'loss', {
      format: formatShare,
      scale: { least: 0.02 },
      target: loss === undefined ? undefined : loss / 100,
    }),
    both(chart, 'jitterMs', { format: formatMs, scale: { least: 20 }, target: jitterMs }),
    both(chart, 'roundTripMs', { format: formatMs, scale: { least: 50 }, target: roundTripMs }),
    both(chart, 'speech', { format: formatOpinion, scale: [1, 4.6] }),
    both(chart, 'picture', { format: formatOpinion, scale: [1, 4.6] }),
  ];
}

const TITLES = {
  loss: 'loss',
  jitterMs: 'jitter',
  roundTripMs: 'roundTrip',
  speech: 'speech',
  picture: 'picture',
} as const;

function rates(chart: LineChart, direction: 'up' | 'down'): Drawn {
  const flows = chart.flows.filter((flow) => flow.direction === direction);
  const total: Series = { key: 'total', label: words.series.total, values: chart[direction].kbps, tone: 'total' };
  const streams = flows.map((flow, place): Series => {
    const { stream, layer } = flow;
    const key = [...Object.values(stream), layer ?? ''].join('/');
    return { key, label: sayFlow(flow, chart.names, chart.participantId), values: flow.kbps, tone: place };
  });
  return {
    key: direction,
    kind: 'rate',
    title: direction === 'up' ? words.charts.kbpsUp : words.charts.kbpsDown,
    series: [total, ...streams],
    format: formatRate,
    scale: { least: 100 },
  };
}

interface How extends Pick<Drawn, 'format' | 'scale'> {
  target?: number | undefined;
}

function both({ up, down, times }: LineChart, figure: keyof typeof TITLES, { format, scale, target }: How): Drawn {
  const series: Series[] = [
    { key: 'up', label: words.series.up, values: up[figure], tone: 0 },
    { key: 'down', label: words.series.down, values: down[figure], tone: 1 },
  ];
  if (target !== undefined) {
    series.push({ key: 'target', label: words.series.target, values: times.map(() => target), tone: 'target' });
  }
  const kind = figure === 'speech' || figure === 'picture' ? 'opinion' : 'figure';
  return { key: figure, kind, title: words.charts[TITLES[figure]], series, format, scale };
}
