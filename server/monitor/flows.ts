import type { Sample } from '../protocol/monitor.ts';
import type { Consumed } from '../protocol/quality.ts';

/** Who knows a stream best. */
const BY = ['server', 'leg', 'client'] as const satisfies readonly Sample['by'][];

/**
 * What a line carries, stream by stream, the largest first; by its samples of the last seconds, oldest first. The bit
 * rate is that of whoever measures it best, the height that which a browser has decoded.
 */
export function flowsOf(samples: readonly Sample[]): Consumed[] {
  const byStream = Map.groupBy(
    samples.filter(({ stream }) => stream !== undefined),
    ({ direction, stream }) => [direction, ...Object.values(stream ?? {})].join('/'),
  );
  const flows = [...byStream.values()].flatMap((own): Consumed[] => {
    const latest = BY.map((by) => own.findLast((sample) => sample.by === by && sample.kbps !== undefined));
    const best = latest.find((sample) => sample !== undefined);
    if (!best?.stream || best.kbps === undefined) return [];
    const { direction, stream, kbps, layersKbps, layer, codec } = best;
    const height = own.findLast((sample) => sample.height !== undefined)?.height;
    return [
      {
        ...{ direction, stream, kbps },
        ...(layersKbps ? { layersKbps } : {}),
        ...(layer === undefined ? {} : { layer }),
        ...(height === undefined ? {} : { height }),
        ...(codec ? { codec } : {}),
      },
    ];
  });
  return flows.sort((a, b) => b.kbps - a.kbps);
}
