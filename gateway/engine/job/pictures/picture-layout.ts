import type { PictureTile } from '../../picture-protocol.ts';

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
  /** The same for the same site from one scene to the next. */
  readonly name: string;
  readonly area: Rect;
  /** There is a moving picture; otherwise the tile is a card. */
  readonly live: boolean;
  /** Height of the letters' line in the name's strip, and how far the strip stays off the tile's edges. */
  readonly textHeight: number;
  readonly inset: { readonly left: number; readonly bottom: number };
  /** How much of its foot lies under what is written across the picture's. */
  readonly covered: number;
}

export const even = (value: number) => 2 * Math.round(value / 2);

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
  return Math.max(4, even(size.height / 135));
}

/** What any screen shows, and no frame cuts off: the margin to the picture's own edge. */
export function safeMargin(size: Size): number {
  return even(size.height * 0.018);
}

/** The smallest text: what is made for 1080 lines is read on 360 as well. */
export function smallestText(size: Size): number {
  return Math.max(12, Math.round(size.height * 0.03));
}

/** Four bars along the inner edges of a tile. */
export function frameAround({ x, y, width, height }: Rect, thickness: number): Record<string, Rect> {
  const between = { y: y + thickness, width: thickness, height: Math.max(2, height - 2 * thickness) };
  return {
    top: { x, y, width, height: thickness },
    bottom: { x, y: y + height - thickness, width, height: thickness },
    left: { x, ...between },
    right: { x: x + width - thickness, ...between },
  };
}

/**
 * Turns tiles into places for the compositor; tiles without area are left out. Names stay off the `foot` of the
 * picture, in pixels, where something else is written.
 */
export function placeTiles(
  tiles: readonly PictureTile[],
  size: Size,
  isLive: (inputId: string) => boolean,
  foot = 0,
): PlacedTile[] {
  const used = new Map<string, number>();
  return tiles
    .map((tile) => ({ tile, area: toPixels(tile, size) }))
    .filter(({ area }) => area.width >= 16 && area.height >= 16)
    .sort((one, other) => one.tile.z - other.tile.z)
    .map(({ tile, area }) => {
      const { inputId } = tile;
      return {
        tile,
        name: inputId === null ? nameCard(cardLabel(tile), used) : `input ${inputId}`,
        area,
        live: inputId !== null && isLive(inputId),
        textHeight: textHeight(area, size),
        inset: insetOf(area, size, foot),
        covered: Math.max(0, Math.min(area.height, area.y + area.height + foot - size.height)),
      };
    });
}

export function cardLabel({ card, label }: PictureTile): string {
  return card?.label ?? label;
}

/** Sites without a picture have nothing but their label, and two may have the same. */
function nameCard(label: string, used: Map<string, number>): string {
  const count = (used.get(label) ?? 0) + 1;
  used.set(label, count);
  return `card ${label} ${count}`;
}

function textHeight(area: Rect, size: Size): number {
  return Math.round(Math.max(smallestText(size), Math.min(area.height * 0.052, size.height * 0.042)));
}

function insetOf(area: Rect, size: Size, foot: number): { left: number; bottom: number } {
  const margin = safeMargin(size);
  const small = frameWidth(size);
  const below = size.height - area.y - area.height;
  const bottom = Math.max(small, (foot === 0 ? margin : foot + small) - below);
  return { left: area.x === 0 ? margin : small, bottom: Math.min(bottom, even(area.height / 2)) };
}
