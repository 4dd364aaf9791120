import type { Rectangle } from '../../../server/protocol/records.ts';

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

const DIRECTIONS: Readonly<Record<ArrowKey, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function isArrow(key: string): key is ArrowKey {
  return key in DIRECTIONS;
}

/** One step in the direction of an arrow. */
export function directionOf(key: ArrowKey): readonly [x: number, y: number] {
  return DIRECTIONS[key];
}

/** The tile that lies next to this one where the arrow points; null where there is none. */
export function neighbour(tiles: readonly Rectangle[], from: number, key: ArrowKey): number | null {
  const start = tiles[from];
  if (!start) return null;
  const [dx, dy] = DIRECTIONS[key];
  const far = tiles.map((tile, place) => {
    const [x, y] = [middleX(tile) - middleX(start), middleY(tile) - middleY(start)];
    const ahead = x * dx + y * dy;
    // What lies aside is further than what lies ahead.
    return { place, ahead, cost: ahead + 2 * Math.abs(x * dy + y * dx) };
  });
  const before = far.filter(({ place, ahead }) => place !== from && ahead > 1e-6);
  return before.sort((a, b) => a.cost - b.cost || a.place - b.place)[0]?.place ?? null;
}

function middleX({ x, w }: Rectangle): number {
  return x + w / 2;
}

function middleY({ y, h }: Rectangle): number {
  return y + h / 2;
}
