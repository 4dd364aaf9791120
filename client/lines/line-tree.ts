import type { LineLevel } from '../../server/protocol/lines.ts';
import type { LineNode, LineTree } from '../../server/protocol/quality.ts';
import { LEVELS, rankOf } from './course.ts';

/** A carrier with its lines, by their capacity. */
export interface CarrierBranch {
  /** Absent: the directory knows none. */
  carrierId?: string;
  name?: string;
  /** The worst of its lines. */
  level: LineLevel;
  /** All of them together. */
  upKbps: number;
  downKbps: number;
  count: number;
  /** The widest first; those of unknown capacity last. */
  capacities: { downKbps?: number; lines: LineNode[] }[];
}

/** The meeting as a tree: carriers by name, the unknown last; within them capacities, within these lines by name. */
export function treeOf(
  lines: readonly LineNode[],
  carriers: LineTree['carriers'],
  compare: (a: string, b: string) => number,
): CarrierBranch[] {
  const branches = [...Map.groupBy(lines, ({ carrierId }) => carrierId)].map(([carrierId, own]) =>
    branchOf(carrierId, own, carriers),
  );
  return branches.sort((a, b) => {
    if (a.name === undefined || b.name === undefined)
      return Number(a.name === undefined) - Number(b.name === undefined);
    return compare(a.name, b.name);
  });
}

function branchOf(
  carrierId: string | undefined,
  lines: readonly LineNode[],
  carriers: LineTree['carriers'],
): CarrierBranch {
  const name = carrierId === undefined ? undefined : (carriers[carrierId] ?? carrierId);
  const capacities = [...Map.groupBy(lines, ({ downKbps }) => downKbps)]
    .map(([downKbps, own]) => ({ ...(downKbps === undefined ? {} : { downKbps }), lines: own }))
    .sort((a, b) => (b.downKbps ?? 0) - (a.downKbps ?? 0));
  const sum = (direction: 'up' | 'down') => lines.reduce((total, line) => total + (line[direction].kbps ?? 0), 0);
  return {
    ...(carrierId === undefined ? {} : { carrierId }),
    ...(name === undefined ? {} : { name }),
    level: LEVELS[Math.max(0, ...lines.map(({ level }) => rankOf(level)))] ?? 'good',
    upKbps: sum('up'),
    downKbps: sum('down'),
    count: lines.length,
    capacities,
  };
}
