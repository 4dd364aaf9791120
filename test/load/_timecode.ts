import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Packet } from '../integration/engine-peers.ts';
import { scratchFolder } from '../integration/engine-peers.ts';
import { depacketise } from '../integration/engine-pictures.ts';
import { type Clip, encodeClip } from '../integration/rtp-clips.ts';

/** A picture in I420 is half as much again as its brightness. */
const I420 = 1.5;
const BITS = 8;

export interface Frames {
  width: number;
  height: number;
  framesPerSecond: number;
  count: number;
}

/** Paints frames into a file in I420: something like a person who talks, and the frame's number in a row of blocks. */
async function paintFrames(path: string, { width, height, count }: Frames): Promise<void> {
  const file = await open(path, 'w');
  const still = Buffer.alloc(width * height * I420, 128);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) still[y * width + x] = textureAt(x, y);
  for (let number = 0; number < count; number++) {
    const frame = Buffer.from(still);
    paintPerson(frame, { width, height }, number);
    paintNumber(frame, { width, height }, number);
    await file.write(frame);
  }
  await file.close();
}

/** Coarse and fine structure, as in a furnished room. */
function textureAt(x: number, y: number): number {
  const coarse = 40 * Math.sin(x / 37) * Math.cos(y / 23);
  const fine = ((x * 7919 + y * 104_729) % 17) - 8;
  return Math.round(120 + coarse + fine);
}

type Size = Pick<Frames, 'width' | 'height'>;

function paintPerson(frame: Buffer, { width, height }: Size, number: number): void {
  const sway = Math.round(width * 0.08 * Math.sin(number / 6));
  const [left, right] = [Math.round(width * 0.35) + sway, Math.round(width * 0.65) + sway];
  for (let y = Math.round(height * 0.15); y < height * 0.75; y++) {
    for (let x = left; x < right; x++) frame[y * width + x] = 90 + ((x - sway + 3 * y + number) % 60);
  }
}

function paintNumber(frame: Buffer, { width, height }: Size, number: number): void {
  const block = Math.floor(width / BITS);
  for (let y = Math.round(height * 0.8); y < height; y++) {
    for (let bit = 0; bit < BITS; bit++) {
      const at = y * width + bit * block;
      frame.fill((number >> bit) & 1 ? 220 : 30, at, at + block);
    }
  }
}

export interface TimecodeClip {
  clip: Clip;
  /** Four of it side by side, as I420 in twice its size: what a composed picture looks like. */
  writeComposed(path: string): Promise<void>;
}

/** RTP whose frames can be told apart, for endpoints that send it again and again. */
export async function timecodeClip(frames: Frames, kbps: number): Promise<TimecodeClip> {
  const folder = scratchFolder();
  const painted = join(folder, 'frames');
  try {
    await paintFrames(painted, frames);
    const { width, height, framesPerSecond, count } = frames;
    const source = `filesrc location=${painted} ! rawvideoparse format=i420 width=${width} height=${height} framerate=${framesPerSecond}/1`;
    const encoder = `x264enc tune=zerolatency speed-preset=veryfast bitrate=${kbps} key-int-max=${count} option-string=slice-max-size=1100 ! video/x-h264,profile=constrained-baseline`;
    const pipeline = `${source} ! ${encoder} ! h264parse config-interval=-1 ! video/x-h264,alignment=au ! rtph264pay config-interval=0 aggregate-mode=none mtu=1200`;
    const clip = await encodeClip(pipeline, 90_000, count / framesPerSecond);
    return { clip, writeComposed: (path) => writeComposed(path, clip, frames) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeComposed(path: string, clip: Clip, { width, height }: Frames): Promise<void> {
  const stacked = `[0][0]hstack[row];[row]split[upper][lower];[upper][lower]vstack,scale=${2 * width}:${2 * height}`;
  const raw = await decode(clip.packets, `-filter_complex ${stacked} -pix_fmt yuv420p`);
  await writeFile(path, raw);
}

/** The numbers in the upper left of `across`² tiles, one per frame. */
export async function readTimecodes(packets: readonly Packet[], across: number): Promise<number[]> {
  const [width, height] = [BITS * 8 * across, 40 * across];
  const raw = await decode(packets, `-vf scale=${width}:${height}:flags=area -pix_fmt gray`);
  const size = width * height;
  return Array.from({ length: raw.length / size }, (_, index) => numberIn(raw.subarray(index * size), width));
}

/** Every frame of a stream, raw and one after the other. */
async function decode(packets: readonly Packet[], options: string): Promise<Buffer> {
  const words = `-v error -f h264 -i - -fps_mode passthrough ${options} -f rawvideo -`.split(' ');
  const ffmpeg = spawn('ffmpeg', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  ffmpeg.stdout.on('data', (part: Buffer) => parts.push(part));
  ffmpeg.stdin.end(depacketise(packets));
  await once(ffmpeg, 'close');
  return Buffer.concat(parts);
}

function numberIn(frame: Buffer, width: number): number {
  let number = 0;
  // The middle of each block, above the name that is drawn at the bottom of a tile.
  for (let bit = 0; bit < BITS; bit++) if ((frame[33 * width + bit * 8 + 4] ?? 0) > 128) number |= 1 << bit;
  return number;
}
