import { open, rm } from 'node:fs/promises';
import type { Baresip } from '../integration/baresip.ts';
import { colourDistance, colourOf, toneLevelOf } from '../integration/perceive.ts';
import { COLOURS, type Colour } from './people.ts';

/** Where the tiles of `side-by-side` are, without their borders. */
export const LEFT = { x: 0.1, y: 0.35, width: 0.3, height: 0.3 };
export const RIGHT = { x: 0.6, y: 0.35, width: 0.3, height: 0.3 };
export const WHOLE = { x: 0.3, y: 0.3, width: 0.4, height: 0.4 };

/** How far from a colour a part of the picture is that a codec sees now; 999 while it sees none. */
export async function distanceSeen(codec: Baresip, colour: Colour, area = WHOLE): Promise<number> {
  const file = await codec.snapshot().catch(() => undefined);
  if (file === undefined) return 999;
  const seen = await colourOf(file, area);
  await rm(file);
  return colourDistance(seen, COLOURS[colour]);
}

/** Level of a tone in the last `seconds` of what a codec hears in its call, in dB of full scale; −120 is silence. */
export async function toneHeardBy(codec: Baresip, hz: number, seconds = 1): Promise<number> {
  const file = await open(await codec.heard());
  try {
    // The call goes on: the header has no length yet, but format, rate and channels (RIFF WAVE, "fmt ").
    const header = Buffer.alloc(44);
    await file.read(header, 0, 44, 0);
    const [channels, rate] = [header.readUInt16LE(22), header.readUInt32LE(24)];
    const { size } = await file.stat();
    const frames = Math.min(Math.round(seconds * rate), Math.floor((size - 44) / (2 * channels)));
    const tail = Buffer.alloc(frames * 2 * channels);
    const start = 44 + 2 * channels * (Math.floor((size - 44) / (2 * channels)) - frames);
    await file.read(tail, 0, tail.length, start);
    const left = Int16Array.from({ length: frames }, (_, i) => tail.readInt16LE(i * 2 * channels));
    return toneLevelOf(left, hz, rate);
  } finally {
    await file.close();
  }
}
