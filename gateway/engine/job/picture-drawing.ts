import Gdk from 'gi://Gdk?version=3.0';
import type GLib from 'gi://GLib?version=2.0';
import Pango from 'gi://Pango?version=1.0';
import PangoCairo from 'gi://PangoCairo?version=1.0';
import type { Context } from 'cairo';
import cairo from 'cairo';
import type { PictureScene } from '../picture-protocol.ts';
import { frameWidth, type PlacedTile, type Size } from './picture-layout.ts';

/** RGBA pixels, rows without padding. */
export interface Drawn extends Size {
  readonly pixels: GLib.Bytes;
}

type Colour = readonly [number, number, number];

/** The colours of the client's programme screen, in `client/ui/tokens.css`. */
const screen: Colour = rgb('#050404');
const raised: Colour = rgb('#1b1815');
const ink: Colour = rgb('#f3ede4');
const softInk: Colour = rgb('#b9afa2');
const live: Colour = rgb('#d5301f');

const bold = 'Be Vietnam Pro SemiBold';
const regular = 'Be Vietnam Pro';

function rgb(hex: string): Colour {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

/** The name of a site without a picture, in the middle of its tile. */
export function drawCard({ tile, area }: PlacedTile, size: Size): Drawn {
  return draw(area, (context) => {
    const frame = tile.speaking ? frameWidth(size) : 0;
    fill(context, tile.speaking ? live : screen, { ...area, x: 0, y: 0 });
    const margin = Math.max(frame, 2);
    const inner = { x: margin, y: margin, width: area.width - 2 * margin, height: area.height - 2 * margin };
    fill(context, raised, inner);
    const pixels = Math.max(14, Math.min(area.height * 0.12, area.width * 0.09));
    const layout = layOut(context, tile.label, bold, pixels);
    layout.set_width(Math.round(area.width * 0.86) * Pango.SCALE);
    layout.set_height(-3);
    layout.set_alignment(Pango.Alignment.CENTER);
    const [, height] = layout.get_pixel_size();
    context.setSourceRGB(...ink);
    context.moveTo(area.width * 0.07, (area.height - height) / 2);
    PangoCairo.show_layout(context, layout);
    if (tile.muted) drawMuted(context, area.width / 2, (area.height + height) / 2 + pixels * 0.9, pixels * 0.8);
  });
}

/** The name over a moving picture: a strip as wide as its text, at most as wide as the picture. */
export function drawLabel({ tile, labelHeight, area }: PlacedTile): Drawn {
  const pixels = labelHeight * 0.58;
  const padding = labelHeight * 0.4;
  const icon = tile.muted ? labelHeight * 0.8 : 0;
  const [textWidth, textHeight] = measure(tile.label, bold, pixels);
  const widest = Math.floor((area.width * 0.9) / 4) * 4;
  const width = Math.min(widest, Math.ceil((textWidth + icon + 2 * padding) / 4) * 4);
  return draw({ width, height: labelHeight }, (context) => {
    fill(context, tile.speaking ? live : screen, { x: 0, y: 0, width, height: labelHeight });
    if (tile.muted) drawMuted(context, padding + icon * 0.3, labelHeight / 2, labelHeight * 0.55);
    const layout = layOut(context, tile.label, bold, pixels);
    layout.set_width(Math.max(1, Math.round(width - icon - 1.5 * padding)) * Pango.SCALE);
    context.setSourceRGB(...ink);
    context.moveTo(padding + icon, (labelHeight - textHeight) / 2);
    PangoCairo.show_layout(context, layout);
  });
}

/** What lies behind all tiles: the colour, the frames of speaking tiles, the beds of pictures that do not fill theirs. */
export function drawBackground(size: Size, { background, tiles }: PictureScene, placed: readonly PlacedTile[]): Drawn {
  return draw(size, (context) => {
    fill(context, rgb(background.color), { x: 0, y: 0, ...size });
    for (const { area, video, tile } of placed) {
      if (video === undefined) continue;
      if (tile.speaking) fill(context, live, area);
      fill(context, screen, video);
    }
    if (tiles.length > 0 || background.holdText === '') return;
    const layout = layOut(context, background.holdText, regular, size.height * 0.06);
    layout.set_width(Math.round(size.width * 0.8) * Pango.SCALE);
    layout.set_height(-6);
    layout.set_alignment(Pango.Alignment.CENTER);
    const [, height] = layout.get_pixel_size();
    context.setSourceRGB(...ink);
    context.moveTo(size.width * 0.1, (size.height - height) / 2);
    PangoCairo.show_layout(context, layout);
  });
}

/** A line of text across the top of the picture. */
export function drawBanner(size: Size, text: string): Drawn {
  const height = 2 * Math.round(size.height * 0.03);
  return draw({ width: size.width, height }, (context) => {
    fill(context, screen, { x: 0, y: 0, width: size.width, height });
    const layout = layOut(context, text, regular, height * 0.58);
    layout.set_width(Math.round(size.width * 0.96) * Pango.SCALE);
    layout.set_alignment(Pango.Alignment.CENTER);
    const [, textHeight] = layout.get_pixel_size();
    context.setSourceRGB(...softInk);
    context.moveTo(size.width * 0.02, (height - textHeight) / 2);
    PangoCairo.show_layout(context, layout);
  });
}

function draw({ width, height }: Size, paint: (context: Context) => void): Drawn {
  const surface = new cairo.ImageSurface(cairo.Format.ARGB32, width, height);
  const context = new cairo.Context(surface);
  paint(context);
  context.$dispose();
  const pixbuf = Gdk.pixbuf_get_from_surface(surface, 0, 0, width, height);
  if (pixbuf === null) throw new Error(`cannot draw ${width}x${height}`);
  return { width, height, pixels: pixbuf.read_pixel_bytes() };
}

function fill(context: Context, colour: Colour, rect: Size & { x: number; y: number }): void {
  context.setSourceRGB(...colour);
  context.rectangle(rect.x, rect.y, rect.width, rect.height);
  context.fill();
}

/** Text on one line, cut with an ellipsis where the caller's width ends; callers allow more lines by `set_height`. */
function layOut(context: Context, text: string, font: string, pixels: number): Pango.Layout {
  const layout = PangoCairo.create_layout(context);
  const description = Pango.FontDescription.from_string(font);
  description.set_absolute_size(Math.round(pixels) * Pango.SCALE);
  layout.set_font_description(description);
  layout.set_text(text, -1);
  layout.set_ellipsize(Pango.EllipsizeMode.END);
  layout.set_wrap(Pango.WrapMode.WORD_CHAR);
  return layout;
}

function measure(text: string, font: string, pixels: number): [number, number] {
  const context = new cairo.Context(new cairo.ImageSurface(cairo.Format.ARGB32, 4, 4));
  const size = layOut(context, text, font, pixels).get_pixel_size();
  context.$dispose();
  return size;
}

/** A microphone, struck through, `height` pixels high round a middle. */
function drawMuted(context: Context, x: number, y: number, height: number): void {
  const radius = height * 0.17;
  context.setSourceRGB(...softInk);
  context.newSubPath();
  context.arc(x, y - height * 0.25, radius, Math.PI, 0);
  context.arc(x, y, radius, 0, Math.PI);
  context.closePath();
  context.fill();
  context.setLineWidth(Math.max(1, height * 0.08));
  context.setLineCap(cairo.LineCap.ROUND);
  context.newSubPath();
  context.arcNegative(x, y, radius * 1.75, Math.PI, 0);
  context.stroke();
  context.moveTo(x, y + radius * 1.75);
  context.lineTo(x, y + height * 0.46);
  context.stroke();
  context.setSourceRGB(...live);
  context.moveTo(x - height * 0.36, y - height * 0.42);
  context.lineTo(x + height * 0.36, y + height * 0.42);
  context.stroke();
}
