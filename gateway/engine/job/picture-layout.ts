import type { PictureTile } from '../picture-protocol.ts';

/** In pixels; I420 shares one colour among four pixels, so that all numbers are even. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What one tile shows now, with everything in pixels. Tiles come in drawing order, the rearmost first. */
export interface PlacedTile {
  readonly tile: PictureTile;
  readonly area: Rect;
  /** Where the moving picture goes; undefined when the tile is a card. */
  readonly video: Rect | undefined;
  /** Height of the name's strip over a moving picture. */
  readonly labelHeight: number;
  /** Stacking order of the compositor's pads. */
  readonly videoOrder: number;
  readonly drawnOrder: number;
}

const even = (value: number) => 2 * Math.round(value / 2);

/** Pixels of a tile. Edges are rounded, not sizes, so that neighbouring tiles touch. */
export function toPixels(tile: Pick<PictureTile, 'x' | 'y' | 'w' | 'h'>, size: Size): Rect {
  const left = even(tile.x * size.width);
  const top = even(tile.y * size.height);
  const right = Math.min(size.width, even((tile.x + tile.w) * size.width));
  const bottom = Math.min(size.height, even((tile.y + tile.h) * size.height));
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** Width of the frame round a speaking tile. */
export function frameWidth(size: Size): number {
  return Math.max(2, even(size.height / 180));
}

function labelHeight(area: Rect, size: Size): number {
  const wished = even(area.height * 0.1);
  return Math.max(even(size.height * 0.034), 14, Math.min(wished, even(size.height * 0.06)));
}

function inset({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

/**
 * Turns tiles into places for the compositor. A speaking tile's picture makes room for a frame that is part of the
 * background; tiles without area are left out.
 */
export function placeTiles(
  tiles: readonly PictureTile[],
  size: Size,
  isLive: (inputId: string) => boolean,
): PlacedTile[] {
  return tiles
    .map((tile) => ({ tile, area: toPixels(tile, size) }))
    .filter(({ area }) => area.width >= 16 && area.height >= 16)
    .sort((one, other) => one.tile.z - other.tile.z)
    .map(({ tile, area }, index) => {
      const live = tile.inputId !== null && isLive(tile.inputId);
      return {
        tile,
        area,
        video: live ? inset(area, tile.speaking ? frameWidth(size) : 0) : undefined,
        labelHeight: labelHeight(area, size),
        videoOrder: 2 * index + 1,
        drawnOrder: 2 * index + 2,
      };
    });
}
