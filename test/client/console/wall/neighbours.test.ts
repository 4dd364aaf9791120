import { describe, expect, it } from 'vitest';
import { type ArrowKey, neighbour } from '../../../../client/console/wall/neighbours.ts';
import { LAYOUTS } from '../../../../server/room/geometry.ts';

const grid = LAYOUTS['5x5'];
const large = LAYOUTS['1+5'];

describe('neighbour', () => {
  it.each<[ArrowKey, number]>([
    ['ArrowLeft', 11],
    ['ArrowRight', 13],
    ['ArrowUp', 7],
    ['ArrowDown', 17],
  ])('leads %s from the middle of 25 to %i', (key, to) => expect(neighbour(grid, 12, key)).toBe(to));

  it('leads nowhere beyond the edge', () => {
    expect(neighbour(grid, 0, 'ArrowLeft')).toBeNull();
    expect(neighbour(grid, 24, 'ArrowDown')).toBeNull();
    expect(neighbour(grid, 25, 'ArrowDown')).toBeNull();
  });
  it('reaches every tile from the large one', () => {
    const keys: ArrowKey[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];
    const reached = new Set([0]);
    for (const place of reached)
      for (const key of keys) {
        const to = neighbour(large, place, key);
        if (to !== null) reached.add(to);
      }
    expect([...reached].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
