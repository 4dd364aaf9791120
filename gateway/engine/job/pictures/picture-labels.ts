import {
  type Drawn,
  draw,
  drawMuted,
  fill,
  ink,
  live,
  measure,
  raised,
  screen,
  type Writing,
  write,
} from './picture-drawing.ts';
import { cardLabel, even, type PlacedTile, type Rect } from './picture-layout.ts';

/** The name of a site without a picture, in the middle of its tile, and a thin edge that keeps neighbours apart. */
export function drawCard({ tile, area, textHeight, covered }: PlacedTile): Drawn {
  const seen = area.height - covered;
  return draw(area, (context) => {
    fill(context, screen, { ...area, x: 0, y: 0 });
    fill(context, raised, { x: 1, y: 1, width: area.width - 2, height: area.height - 2 });
    const pixels = Math.max(textHeight, Math.min(area.height * 0.12, area.width * 0.075));
    const name: Writing = {
      text: cardLabel(tile),
      font: 'bold',
      pixels,
      width: area.width * 0.86,
      lines: seen > pixels * 6 ? 3 : 2,
      align: 'centre',
      colour: ink,
    };
    const { height } = measure(name);
    const icon = tile.muted ? pixels * 1.5 : 0;
    const top = (seen - height - icon) / 2;
    write(context, name, area.width * 0.07, top);
    if (tile.muted) drawMuted(context, area.width / 2, top + height + icon * 0.6, pixels, live);
  });
}

/** Where the name goes over a moving picture: a strip in a lower corner, no wider than its text. */
export function labelRect(place: PlacedTile): Rect | undefined {
  const { tile, area, inset } = place;
  if (tile.label === '' && !tile.muted) return undefined;
  const { height, padding, icon, text } = labelParts(place);
  const textWidth = tile.label === '' ? 0 : measure(text).width + padding;
  const wished = even(padding + icon + textWidth);
  const width = Math.min(even(area.width - 2 * inset.left), Math.max(height, wished));
  return { x: area.x + inset.left, y: area.y + area.height - inset.bottom - height, width, height };
}

export function drawLabel(place: PlacedTile, { width, height }: Rect): Drawn {
  const { tile } = place;
  const { padding, icon, text } = labelParts(place);
  return draw({ width, height }, (context) => {
    fill(context, tile.speaking ? live : screen, { x: 0, y: 0, width, height });
    const middle = tile.label === '' ? width / 2 : padding + icon * 0.4;
    if (tile.muted) drawMuted(context, middle, height / 2, height * 0.6, tile.speaking ? screen : live);
    write(context, text, padding + icon, (height - measure(text).height) / 2);
  });
}

function labelParts({ tile, area, inset, textHeight }: PlacedTile) {
  const height = even(textHeight * 1.5);
  const padding = even(textHeight * 0.45);
  const icon = tile.muted ? even(textHeight * 1.1) : 0;
  const text: Writing = {
    text: tile.label,
    font: 'bold',
    pixels: textHeight,
    width: Math.max(1, area.width - 2 * inset.left - 2 * padding - icon),
    lines: 1,
    align: 'left',
    colour: ink,
  };
  return { height, padding, icon, text };
}
