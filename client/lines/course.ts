import type { LineLevel } from '../../server/protocol/lines.ts';
import type { LineStretch, RoomCourse } from '../../server/protocol/quality.ts';
import type { Span } from '../ui/time-axis.ts';

// How lines went, as it is drawn. Pure.

type CourseLine = RoomCourse['lines'][number];

export const LEVELS = ['good', 'strained', 'poor', 'down'] as const satisfies readonly LineLevel[];
export const rankOf = (level: LineLevel): number => LEVELS.indexOf(level);
export const isBad = (level: LineLevel): boolean => level !== 'good';

export function stretchAt(stretches: readonly LineStretch[], at: number): LineStretch | undefined {
  return stretches.find(({ from, to }) => from <= at && at < to);
}

/** The latest first. */
export function troublesOf(stretches: readonly LineStretch[]): LineStretch[] {
  return stretches.filter(({ level }) => isBad(level)).toReversed();
}

/** Of all lines together: how bad the worst was, and which these were. Nobody: no stretch. */
export function worstOf(lines: readonly CourseLine[]): (LineStretch & { names: string[] })[] {
  const edges = new Set(lines.flatMap(({ stretches }) => stretches.flatMap(({ from, to }) => [from, to])));
  const ordered = [...edges].sort((a, b) => a - b);
  const cursors = lines.map(() => 0);
  const worst: (LineStretch & { names: string[] })[] = [];
  for (const [i, from] of ordered.entries()) {
    const to = ordered[i + 1];
    if (to === undefined) break;
    const here = lines.flatMap(({ name, stretches }, n) => {
      while ((stretches[cursors[n] ?? 0]?.to ?? Number.POSITIVE_INFINITY) <= from) cursors[n] = (cursors[n] ?? 0) + 1;
      const own = stretches[cursors[n] ?? 0];
      return own && own.from <= from ? [{ name, own }] : [];
    });
    if (here.length === 0) continue;
    const rank = Math.max(...here.map(({ own }) => rankOf(own.level)));
    const level = LEVELS[rank] ?? 'good';
    const names = level === 'good' ? [] : here.filter(({ own }) => own.level === level).map(({ name }) => name);
    const last = worst.at(-1);
    if (last && last.to === from && last.level === level && last.names.join() === names.join()) last.to = to;
    else worst.push({ from, to, level, names });
  }
  return worst;
}

/** How many lines are how good at this moment. */
export function countLevels(levels: readonly LineLevel[]): Record<LineLevel, number> {
  const counts = { good: 0, strained: 0, poor: 0, down: 0 };
  for (const level of levels) counts[level]++;
  return counts;
}

/** Where one begins to look: in the midst of what was wrong first, else at the end. */
export function beginOf({ lines, to, stepMs }: Pick<RoomCourse, 'lines' | 'to' | 'stepMs'>): number {
  const bad = lines.flatMap(({ stretches }) => stretches.filter(({ level }) => rankOf(level) >= rankOf('poor')));
  const first = bad.toSorted((a, b) => a.from - b.from)[0];
  return first ? Math.round((first.from + first.to) / 2) : to - stepMs;
}

/** How high a band stands: the worse, the higher, so that its colour alone says nothing. */
const HEIGHTS: Record<LineLevel, number> = { good: 24, strained: 52, poor: 78, down: 100 };
const WIDE = 1_000;
/** So that what was short is seen at all. */
const NARROWEST = 2;

/** Of each level the outline within a box of 1000 × 100. */
export function bandOf(stretches: readonly LineStretch[], view: Span): Record<LineLevel, string> {
  const paths: Record<LineLevel, string> = { good: '', strained: '', poor: '', down: '' };
  const span = view.to - view.from;
  if (span <= 0) return paths;
  for (const { from, to, level } of stretches) {
    if (to <= view.from || from >= view.to) continue;
    const left = ((Math.max(from, view.from) - view.from) / span) * WIDE;
    const right = ((Math.min(to, view.to) - view.from) / span) * WIDE;
    const width = Math.max(isBad(level) ? NARROWEST : 0, right - left);
    paths[level] += `M${left.toFixed(2)} 100v-${HEIGHTS[level]}h${width.toFixed(2)}V100z`;
  }
  return paths;
}
