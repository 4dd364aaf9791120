/** What the sites of a soak send: pictures that say who sends them and which frame they are, and a beep each second. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchFolder } from '../integration/engine-peers.ts';
import { type Clip, encodeClip } from '../integration/rtp-clips.ts';

export const FRAMES_PER_SECOND = 15;
export const CLIP_SECONDS = 10;
export const PICTURE = { width: 320, height: 180 };
/** The number's bits stand in the middle, which no tile cuts off: so many across, so many down, as large in pixels. */
export const BITS = { across: 4, down: 2, size: 32 };

export interface Identity {
  name: string;
  /** Of I420. */
  u: number;
  v: number;
}

const CHROMA = [70, 128, 186];

/** Colours that are far from each other and from grey. */
export const identities: readonly Identity[] = CHROMA.flatMap((u) =>
  CHROMA.map((v) => ({ name: `${u}/${v}`, u, v })),
).filter(({ u, v }) => u !== 128 || v !== 128);

/** A loop in which frame n says n. Nobody answers a request for a key frame: there is one every second. */
export async function identityClip({ u, v }: Identity): Promise<Clip> {
  const folder = scratchFolder();
  const path = join(folder, 'frames');
  try {
    const file = await open(path, 'w');
    for (let number = 0; number < FRAMES_PER_SECOND * CLIP_SECONDS; number++) await file.write(paint(number, u, v));
    await file.close();
    const { width, height } = PICTURE;
    const raw = `rawvideoparse format=i420 width=${width} height=${height} framerate=${FRAMES_PER_SECOND}/1`;
    const encoder = `x264enc tune=zerolatency speed-preset=veryfast bitrate=400 key-int-max=${FRAMES_PER_SECOND} option-string=slice-max-size=1100`;
    const pay =
      'video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1 aggregate-mode=none mtu=1200';
    return await encodeClip(`filesrc location=${path} ! ${raw} ! ${encoder} ! ${pay}`, 90_000, CLIP_SECONDS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function paint(number: number, u: number, v: number): Buffer {
  const { width, height } = PICTURE;
  const [luma, chroma] = [width * height, (width * height) / 4];
  const frame = Buffer.alloc(luma + 2 * chroma, 120);
  frame.fill(u, luma, luma + chroma);
  frame.fill(v, luma + chroma);
  const { across, down, size } = BITS;
  const [left, top] = [(width - across * size) / 2, (height - down * size) / 2];
  for (let bit = 0; bit < across * down; bit++) {
    const value = (number >> bit) & 1 ? 210 : 40;
    const [x, y] = [left + (bit % across) * size, top + Math.floor(bit / across) * size];
    for (let row = 0; row < size; row++) frame.fill(value, (y + row) * width + x, (y + row) * width + x + size);
  }
  return frame;
}

const toOpus = 'audio/x-raw,rate=48000,channels=1 ! opusenc bitrate=48000 ! rtpopuspay';
const samples = `samplesperbuffer=960 num-buffers=${50 * CLIP_SECONDS}`;

/** 80 ms at the beginning of each second, nothing in between. */
export function beepClip(hertz: number): Promise<Clip> {
  const ticks = `wave=ticks tick-interval=1000000000 sine-periods-per-tick=${Math.round(hertz * 0.08)}`;
  return encodeClip(`audiotestsrc ${ticks} freq=${hertz} volume=0.5 ${samples} ! ${toOpus}`, 48_000, CLIP_SECONDS);
}

export function humClip(hertz: number): Promise<Clip> {
  return encodeClip(`audiotestsrc freq=${hertz} volume=0.02 ${samples} ! ${toOpus}`, 48_000, CLIP_SECONDS);
}
