import { describe, expect, it } from 'vitest';
import { fitColumns, step } from '../../../../client/console/wall/wall-grid.ts';

const sizes = { minWidth: 140, maxWidth: 400, gap: 8 };

describe('fitColumns', () => {
  it('makes few cards as large as fits', () => expect(fitColumns(6, 1200, 480, sizes)).toBe(3));
  it('never makes one larger than allowed', () => expect(fitColumns(1, 1200, 900, sizes)).toBe(3));
  it('shows twenty at once where there is room', () => {
    const columns = fitColumns(20, 1000, 390, sizes);
    const rows = Math.ceil(20 / columns);
    expect((rows * (1000 - 8 * (columns - 1)) * 9) / (columns * 16) + 8 * (rows - 1)).toBeLessThanOrEqual(390);
  });
  it('scrolls rather than shrink below the smallest', () => expect(fitColumns(130, 1000, 340, sizes)).toBe(6));
  it('has one column where nothing else fits', () => expect(fitColumns(5, 100, 100, sizes)).toBe(1));
});

describe('step', () => {
  it('walks a grid of 3 columns and 8 cards', () => {
    expect(step(0, 'ArrowRight', 3, 8)).toBe(1);
    expect(step(0, 'ArrowLeft', 3, 8)).toBe(0);
    expect(step(1, 'ArrowDown', 3, 8)).toBe(4);
    expect(step(4, 'ArrowUp', 3, 8)).toBe(1);
    expect(step(2, 'Home', 3, 8)).toBe(0);
    expect(step(2, 'End', 3, 8)).toBe(7);
  });
  it('goes down into a shorter last row, and not out of it', () => {
    expect(step(5, 'ArrowDown', 3, 8)).toBe(7);
    expect(step(7, 'ArrowDown', 3, 8)).toBe(7);
  });
  it('leaves other keys alone', () => expect(step(0, 'a', 3, 8)).toBeNull());
});
