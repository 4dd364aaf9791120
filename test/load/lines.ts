// What lines may do to a site, and what becomes of its sound and pictures: a browser in a network namespace, every packet through a
// shaped line, both directions alike. Prints for each kind of weather {"heard":…,"framesPerSecond":…} as seen at both ends,
// how soon sound and pictures went on where the line became good again, and what was said of the lines; `floor` is the
// same over a good line.

import { LineStory, type Stage } from '../e2e/line-story.ts';
import type { Weather } from '../e2e/shaped-line.ts';

const DELAY = { delayMs: 20 };
/** In this order, one after the other. */
const STAGES: readonly { name: string; weather: Weather; seconds: number }[] = [
  { name: 'floor', weather: DELAY, seconds: 8 },
  { name: 'loss2', weather: { ...DELAY, loss: 0.02 }, seconds: 10 },
  { name: 'loss5', weather: { ...DELAY, loss: 0.05 }, seconds: 10 },
  { name: 'delay200', weather: { delayMs: 100 }, seconds: 10 },
  { name: 'reordered', weather: { ...DELAY, reordered: 0.05 }, seconds: 10 },
  { name: 'kbps4000', weather: { ...DELAY, kbps: 4_000 }, seconds: 10 },
  { name: 'kbps500', weather: { ...DELAY, kbps: 500 }, seconds: 15 },
  { name: 'kbps4000Again', weather: { ...DELAY, kbps: 4_000 }, seconds: 10 },
  { name: 'kbps300', weather: { ...DELAY, kbps: 300 }, seconds: 15 },
  { name: 'kbps64', weather: { ...DELAY, kbps: 64 }, seconds: 20 },
  { name: 'goodAfter64', weather: DELAY, seconds: 8 },
  { name: 'kbps15', weather: { ...DELAY, kbps: 15 }, seconds: 20 },
  { name: 'goodAfter15', weather: DELAY, seconds: 8 },
];

const story = await LineStory.begin();
try {
  const figures: Record<string, object> = {};
  for (const { name, weather, seconds } of STAGES) {
    figures[name] = figuresOf(await story.stage(weather, seconds));
    process.stderr.write(`${name}: ${JSON.stringify(figures[name])}\n`);
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await story.close();
}

function figuresOf({ up, down, back, reasons, kept }: Stage) {
  return { up: wayOf(up, back.up), down: wayOf(down, back.down), kept, reasons };
}

function wayOf(
  { heard, silenceMs, framesPerSecond, height }: Stage['up'],
  { soundMs, pictureMs }: Stage['back']['up'],
) {
  const to = (value: number, parts: number) => Math.round(value * parts) / parts;
  return {
    ...{ heard: to(heard, 100), silenceMs, framesPerSecond: to(framesPerSecond, 10), lines: height },
    ...{ soundAfterMs: finite(soundMs), pictureAfterMs: finite(pictureMs) },
  };
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
