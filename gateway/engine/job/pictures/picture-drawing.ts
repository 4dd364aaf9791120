import Gdk from 'gi://Gdk?version=3.0';
import type GLib from 'gi://GLib?version=2.0';
import Pango from 'gi://Pango?version=1.0';
import PangoCairo from 'gi://PangoCairo?version=1.0';
import type { Context } from 'cairo';
import cairo from 'cairo';
import type { Rect, Size } from './picture-layout.ts';

/** RGBA pixels, rows without padding. */
export interface Drawn extends Size {
  readonly pixels: GLib.Bytes;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** The colours of the client's programme screen, in `client/ui/tokens.css`. */
export const screen: Colour = rgb('#050404');
export const raised: Colour = rgb('#1b1815');
export const ink: Colour = rgb('#f3ede4');
export const softInk: Colour = rgb('#b9afa2');
export const live: Colour = rgb('#d5301f');

/** One piece of text: all its lines have the same font, `pixels` high. */
export interface Writing {
  readonly text: string;
  readonly font: 'regular' | 'bold';
  readonly pixels: number;
  /** Lines break here; what goes beyond the last line is left out, with an ellipsis. */
  readonly width: number;
  readonly lines: number;
  readonly align: 'left' | 'centre';
  readonly colour: Colour;
}

const fonts = { regular: 'Be Vietnam Pro', bold: 'Be Vietnam Pro SemiBold' };

export function rgb(hex: string): Colour {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

export function draw({ width, height }: Size, paint: (context: Context) => void): Drawn {
  const surface = new cairo.ImageSurface(cairo.Format.ARGB32, width, height);
  const context = new cairo.Context(surface);
  paint(context);
  context.$dispose();
  const pixbuf = Gdk.pixbuf_get_from_surface(surface, 0, 0, width, height);
  if (pixbuf === null) throw new Error(`cannot draw ${width}x${height}`);
  return { width, height, pixels: pixbuf.read_pixel_bytes() };
}

/** One colour all over. */
export function drawPlain(size: Size, colour: Colour): Drawn {
  return draw(size, (context) => fill(context, colour, { ...size, x: 0, y: 0 }));
}

export function fill(context: Context, colour: Colour, rect: Rect): void {
  context.setSourceRGB(...colour);
  context.rectangle(rect.x, rect.y, rect.width, rect.height);
  context.fill();
}

/** `x` and `y` are the upper left corner of the writing's box. */
export function write(context: Context, writing: Writing, x: number, y: number): void {
  context.setSourceRGB(...writing.colour);
  context.moveTo(x, y);
  PangoCairo.show_layout(context, layOut(context, writing));
}

/** How much of its box a writing takes. */
export function measure(writing: Writing): Size {
  const surface = new cairo.ImageSurface(cairo.Format.ARGB32, 4, 4);
  const context = new cairo.Context(surface);
  const [width, height] = layOut(context, writing).get_pixel_size();
  context.$dispose();
  return { width, height };
}

function layOut(context: Context, { text, font, pixels, width, lines, align }: Writing): Pango.Layout {
  const layout = PangoCairo.create_layout(context);
  const description = Pango.FontDescription.from_string(fonts[font]);
  description.set_absolute_size(Math.round(pixels) * Pango.SCALE);
  layout.set_font_description(description);
  layout.set_text(text, -1);
  layout.set_width(Math.max(1, Math.floor(width)) * Pango.SCALE);
  layout.set_height(-lines);
  layout.set_ellipsize(Pango.EllipsizeMode.END);
  layout.set_wrap(Pango.WrapMode.WORD_CHAR);
  layout.set_alignment(align === 'centre' ? Pango.Alignment.CENTER : Pango.Alignment.LEFT);
  return layout;
}

/** A microphone, struck through, `height` pixels high round a middle. */
export function drawMuted(context: Context, x: number, y: number, height: number, strike: Colour): void {
  const radius = height * 0.19;
  context.setSourceRGB(...ink);
  context.newSubPath();
  context.arc(x, y - height * 0.25, radius, Math.PI, 0);
  context.arc(x, y, radius, 0, Math.PI);
  context.closePath();
  context.fill();
  context.setLineWidth(Math.max(1.5, height * 0.09));
  context.setLineCap(cairo.LineCap.ROUND);
  context.newSubPath();
  context.arcNegative(x, y, radius * 1.75, Math.PI, 0);
  context.stroke();
  context.moveTo(x, y + radius * 1.75);
  context.lineTo(x, y + height * 0.46);
  context.stroke();
  context.setSourceRGB(...strike);
  context.setLineWidth(Math.max(2, height * 0.12));
  context.moveTo(x - height * 0.4, y - height * 0.42);
  context.lineTo(x + height * 0.4, y + height * 0.42);
  context.stroke();
}
