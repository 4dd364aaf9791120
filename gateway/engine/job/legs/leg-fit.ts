import type { EndpointVideo } from '../../leg-protocol.ts';

/** What an endpoint can take, as far as it decides what it is sent. */
export type Viewer = Pick<EndpointVideo, 'codec' | 'packetizationMode' | 'maxBitrateKbps' | 'limits'>;

/** What the server sends: pixels, pictures a second, kbit/s of its busiest second. */
export interface ProgramPicture {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly kbps: number;
  /** It has NAL units that do not fit into one packet. */
  readonly fragmented: boolean;
}

/** A picture made for one leg alone. */
export interface PictureTarget {
  readonly codec: EndpointVideo['codec'];
  readonly width: number;
  readonly height: number;
  /** At most. */
  readonly fps: number;
  readonly kbps: number;
}

/** The composer's, until the real one is known. */
export const likelyProgram: ProgramPicture = { width: 1280, height: 720, fps: 25, kbps: 1000, fragmented: false };

/** What is counted may be a little off; nobody's decoder is that exact. */
const tolerance = 1.1;
/** A picture that was too much at times has to be this far below the limit before it passes again. */
const comfort = 0.8;
/** The part of a bit rate that is left when packets have their headers: SDP's `b=` counts those (RFC 4566 5.8). */
const payloadShare = 0.9;

/** Sizes of pictures that are made for a leg, each with the bit rates (kbit/s) that it is worth having from, and does not need more than. */
const sizes = [
  { width: 1280, height: 720, from: 600, enough: 1500 },
  { width: 1024, height: 576, from: 450, enough: 1100 },
  { width: 768, height: 432, from: 300, enough: 800 },
  { width: 640, height: 360, from: 200, enough: 600 },
  { width: 512, height: 288, from: 128, enough: 450 },
  // What the oldest devices know (H.261 3.1): CIF and QCIF.
  { width: 352, height: 288, from: 80, enough: 384 },
  { width: 176, height: 144, from: 0, enough: 128 },
] as const;

/** A picture that costs x265 more than a core must be smaller. */
const tallestH265 = 360;
const mostFps = 30;
/** Below this a smaller picture serves better. */
const leastFps = 12;

/** ITU-T H.264 6.4.1: pictures are made of macroblocks of 16 x 16. */
export function macroblocks({ width, height }: { width: number; height: number }): number {
  return Math.ceil(width / 16) * Math.ceil(height / 16);
}

/** Whether the endpoint can take the program as it is. `passing` tells whether it does so now: bit rates go up and down. */
export function fits(viewer: Viewer, program: ProgramPicture, passing = true): boolean {
  const { maxFs, maxMbps } = viewer.limits;
  const blocks = macroblocks(program);
  const margin = passing ? tolerance : comfort;
  return (
    viewer.codec === 'H264' &&
    blocks <= maxFs &&
    isWithin(program, maxFs) &&
    blocks * program.fps <= maxMbps * tolerance &&
    program.kbps <= viewer.maxBitrateKbps * margin &&
    !(viewer.packetizationMode === 0 && program.fragmented)
  );
}

/** The largest picture that the endpoint can take, none larger than the program. */
export function chooseTarget(viewer: Viewer, program: ProgramPicture): PictureTarget {
  const kbps = Math.max(32, Math.floor(viewer.maxBitrateKbps * payloadShare));
  const size = sizes.find((candidate) => suits(candidate, viewer, program, kbps)) ?? smallest;
  const { width, height, enough } = size;
  const fps = fastest(viewer, size);
  return { codec: viewer.codec, width, height, fps, kbps: Math.min(kbps, enough) };
}

const smallest = sizes[sizes.length - 1] as (typeof sizes)[number];

function suits(size: (typeof sizes)[number], viewer: Viewer, program: ProgramPicture, kbps: number): boolean {
  const { maxFs } = viewer.limits;
  if (size.height > Math.max(program.height, smallest.height)) return false;
  if (viewer.codec === 'H265' && size.height > tallestH265) return false;
  return (
    kbps >= size.from &&
    macroblocks(size) <= maxFs &&
    isWithin(size, maxFs) &&
    fastest(viewer, size) >= Math.min(leastFps, program.fps)
  );
}

function fastest(viewer: Viewer, size: { width: number; height: number }): number {
  return Math.max(1, Math.min(mostFps, Math.floor(viewer.limits.maxMbps / macroblocks(size))));
}

/** ITU-T H.264 A.3.1: neither side is longer than the square root of eight times the largest picture. */
export function isWithin({ width, height }: { width: number; height: number }, maxFs: number): boolean {
  return Math.max(width, height) / 16 <= Math.sqrt(8 * maxFs);
}
