import { type Layout, MAX_SLOTS, type Rectangle, type Slot } from '../../../server/protocol/layouts.ts';

/** A picture is divided into so many columns and rows, on whose lines tiles begin and end. */
export const GRID = 12;

/** A tile of a layout that is being drawn. */
export interface Piece extends Rectangle {
  /** Its own for as long as it is being drawn, whatever its place in the order. */
  readonly id: number;
  readonly slot: Slot;
}

/** A layout as pieces. @param rectangles its tiles: `rectanglesOf` */
export function piecesOf({ slots }: Layout, rectangles: readonly Rectangle[]): Piece[] {
  return rectangles.map(({ x, y, w, h }, id) => ({ id, slot: slots[id] ?? { show: 'auto' }, x, y, w, h }));
}

export function layoutOf(pieces: readonly Piece[]): Layout {
  return {
    name: 'custom',
    slots: pieces.map(({ slot }) => slot),
    tiles: pieces.map(({ x, y, w, h }) => ({ x, y, w, h })),
  };
}

/** Moved by so many lines of the grid, as far as the picture goes. */
export function moved<R extends Rectangle>(tile: R, dx: number, dy: number): R {
  return { ...tile, x: clamp(toLine(tile.x, dx), 0, 1 - tile.w), y: clamp(toLine(tile.y, dy), 0, 1 - tile.h) };
}

/** Its right and lower edges moved by so many lines; at least a line apart from the others. */
export function resized<R extends Rectangle>(tile: R, dx: number, dy: number): R {
  const right = clamp(toLine(tile.x + tile.w, dx), tile.x + 1 / GRID, 1);
  const bottom = clamp(toLine(tile.y + tile.h, dy), tile.y + 1 / GRID, 1);
  return { ...tile, w: right - tile.x, h: bottom - tile.y };
}

/** A point of the picture, in fractions of it. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The tile whose upper left corner is dragged here, snapped to the grid. */
export function draggedTo<R extends Rectangle>(tile: R, corner: Point): R {
  return { ...tile, x: clamp(snap(corner.x), 0, 1 - tile.w), y: clamp(snap(corner.y), 0, 1 - tile.h) };
}

/** The tile that is drawn from one point to another: every field of the grid that lies between them. */
export function drawnBetween(a: Point, b: Point): Rectangle {
  const [x, right] = span(a.x, b.x);
  const [y, bottom] = span(a.y, b.y);
  return { x, y, w: right - x, h: bottom - y };
}

/** The tile whose lower right corner is dragged here. */
export function stretchedTo<R extends Rectangle>(tile: R, corner: Point): R {
  const w = clamp(snap(corner.x), tile.x + 1 / GRID, 1) - tile.x;
  const h = clamp(snap(corner.y), tile.y + 1 / GRID, 1) - tile.y;
  return { ...tile, w, h };
}

/** With one more, over all others; unchanged where a layout has as many as it may. */
export function added(pieces: readonly Piece[], { x, y, w, h }: Rectangle): readonly Piece[] {
  if (pieces.length >= MAX_SLOTS) return pieces;
  const id = 1 + Math.max(-1, ...pieces.map((piece) => piece.id));
  return [...pieces, { id, slot: { show: 'auto' }, x, y, w, h }];
}

/** Where a new tile lies that nobody drew: the first free quarter, else the middle. */
export function freePlace(pieces: readonly Rectangle[]): Rectangle {
  const quarters = [0, 1, 2, 3].flatMap((row) =>
    [0, 1, 2, 3].map((column) => ({ x: column / 4, y: row / 4, w: 1 / 4, h: 1 / 4 })),
  );
  return (
    quarters.find((quarter) => !pieces.some((piece) => overlap(piece, quarter))) ?? {
      x: 1 / 4,
      y: 1 / 4,
      w: 1 / 2,
      h: 1 / 2,
    }
  );
}

/** One place further to the front (`step` 1) or to the back (−1). */
export function reordered(pieces: readonly Piece[], id: number, step: 1 | -1): readonly Piece[] {
  const from = pieces.findIndex((piece) => piece.id === id);
  const [one, other] = [pieces[from], pieces[from + step]];
  if (!one || !other) return pieces;
  return pieces.with(from, other).with(from + step, one);
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  const E = 1e-6;
  return a.x < b.x + b.w - E && b.x < a.x + a.w - E && a.y < b.y + b.h - E && b.y < a.y + a.h - E;
}

/** What lies off the lines first goes to the next one in that direction. */
function toLine(value: number, step: number): number {
  if (step === 0) return value;
  const lines = value * GRID;
  const from = step > 0 ? Math.floor(lines + 1e-6) : Math.ceil(lines - 1e-6);
  return (from + step) / GRID;
}

function snap(value: number): number {
  return Math.round(value * GRID) / GRID;
}

function span(a: number, b: number): [from: number, to: number] {
  const from = clamp(Math.floor(Math.min(a, b) * GRID), 0, GRID - 1);
  const to = clamp(Math.ceil(Math.max(a, b) * GRID), from + 1, GRID);
  return [from / GRID, to / GRID];
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
