import GLib from 'gi://GLib?version=2.0';
import {
  type Drawn,
  draw,
  fill,
  ink,
  live,
  measure,
  rgb,
  screen,
  softInk,
  type Writing,
  write,
} from './picture-drawing.ts';
import { even, type Rect, type Size, safeMargin, smallestText } from './picture-layout.ts';

/** What stands in the upper right corner; the time is '' without a clock. */
export interface Marks {
  readonly recording: boolean;
  readonly time: string;
}

/** Text on the slide that is shown while there is no tile. */
export interface HoldSlide {
  readonly color: string;
  readonly holdTitle: string;
  readonly holdText: string;
}

const markHeight = (size: Size) => even(smallestText(size) * 1.5);

function markWriting(text: string, size: Size): Writing {
  return {
    text,
    font: 'bold',
    pixels: smallestText(size),
    width: size.width / 2,
    lines: 1,
    align: 'left',
    colour: ink,
  };
}

/** Undefined when there is nothing to show. */
export function marksRect({ recording, time }: Marks, size: Size): Rect | undefined {
  if (!recording && time === '') return undefined;
  const pixels = smallestText(size);
  const height = markHeight(size);
  const texts = [...(recording ? ['REC'] : []), ...(time === '' ? [] : [time])];
  const dot = recording ? pixels : 0;
  const wished = texts.reduce((sum, text) => sum + measure(markWriting(text, size)).width + pixels * 0.6, dot);
  const width = even(wished + pixels * 0.4);
  return { x: even(size.width - safeMargin(size) - width), y: safeMargin(size), width, height };
}

/** A red dot and REC while anything records, then the time. */
export function drawMarks({ recording, time }: Marks, size: Size, { width, height }: Rect): Drawn {
  const pixels = smallestText(size);
  return draw({ width, height }, (context) => {
    fill(context, screen, { x: 0, y: 0, width, height });
    let x = pixels * 0.5;
    const put = (text: string) => {
      const writing = markWriting(text, size);
      const taken = measure(writing);
      write(context, writing, x, (height - taken.height) / 2);
      x += taken.width + pixels * 0.6;
    };
    if (recording) {
      context.setSourceRGB(...live);
      context.newSubPath();
      context.arc(x + pixels * 0.35, height / 2, pixels * 0.35, 0, 2 * Math.PI);
      context.fill();
      x += pixels;
      put('REC');
    }
    if (time !== '') put(time);
  });
}

function bannerWriting(text: string, size: Size): Writing {
  const width = size.width - 4 * safeMargin(size);
  return { text, font: 'regular', pixels: smallestText(size), width, lines: 2, align: 'centre', colour: ink };
}

/** Across the foot of the picture, where it covers no face, as high as its text. */
export function bannerRect(text: string, size: Size): Rect {
  const height = even(measure(bannerWriting(text, size)).height + 1.6 * safeMargin(size));
  return { x: 0, y: size.height - height, width: size.width, height };
}

export function drawBanner(text: string, size: Size, { width, height }: Rect): Drawn {
  return draw({ width, height }, (context) => {
    fill(context, screen, { x: 0, y: 0, width, height });
    write(context, bannerWriting(text, size), 2 * safeMargin(size), 0.6 * safeMargin(size));
  });
}

/** What is shown before the opening and in breaks: a title, and below it a text of some lines. */
export function drawHold({ color, holdTitle, holdText }: HoldSlide, size: Size): Drawn {
  const box = { width: size.width * 0.8, align: 'centre' } as const;
  const title: Writing = { ...box, text: holdTitle, font: 'bold', pixels: size.height * 0.075, lines: 3, colour: ink };
  const alone = holdTitle === '';
  const text: Writing = {
    ...box,
    text: holdText,
    font: 'regular',
    pixels: size.height * (alone ? 0.06 : 0.046),
    lines: 6,
    colour: alone ? ink : softInk,
  };
  const heights = [title, text].map((writing) => (writing.text === '' ? 0 : measure(writing).height));
  const gap = heights.every((height) => height > 0) ? even(size.height * 0.07) : 0;
  const top = (size.height - gap - (heights[0] ?? 0) - (heights[1] ?? 0)) / 2;
  return draw(size, (context) => {
    fill(context, rgb(color), { x: 0, y: 0, ...size });
    if (!alone) write(context, title, size.width * 0.1, top);
    if (holdText !== '') write(context, text, size.width * 0.1, top + (heights[0] ?? 0) + gap);
    if (gap === 0) return;
    const rule = { width: even(size.height * 0.12), height: Math.max(2, even(size.height / 240)) };
    fill(context, live, { x: (size.width - rule.width) / 2, y: top + (heights[0] ?? 0) + gap / 2, ...rule });
  });
}

/** Hours and minutes now, and the milliseconds until they change. `timeZone` is an IANA name; without one, the system's. */
export function readClock(timeZone: string | undefined): { time: string; changesInMs: number } {
  const zone = timeZone === undefined ? null : GLib.TimeZone.new_identifier(timeZone);
  const now = GLib.DateTime.new_now(zone ?? GLib.TimeZone.new_local());
  return { time: now.format('%H:%M') ?? '', changesInMs: Math.ceil(1000 * (60 - now.get_seconds())) + 10 };
}
