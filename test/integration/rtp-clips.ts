/** Short pieces of RTP, encoded once by gst-launch, for endpoints that send them again and again. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, scratchFolder } from './engine-peers.ts';

export interface Clip {
  clockRate: number;
  /** Of its beginning when it is repeated, in clock units. */
  length: number;
  /** With `at` in clock units from its beginning, which is a key frame. */
  packets: readonly { at: number; bytes: Buffer }[];
}

/** The numbers that a clip is sent with. */
export interface StreamNumbers {
  ssrc: number;
  payloadType: number;
  sequence: number;
  timestamp: number;
}

/**
 * @param pipeline ends in a payloader
 * @param clockRate of that payloader
 * @param seconds how long what it makes lasts
 */
export async function encodeClip(pipeline: string, clockRate: number, seconds: number): Promise<Clip> {
  const folder = scratchFolder();
  const file = join(folder, 'clip');
  try {
    const encoder = launch(`${pipeline} ! rtpstreampay ! filesink location=${file} buffer-mode=unbuffered`);
    await new Promise((resolve) => encoder.process.once('exit', resolve));
    return { clockRate, length: seconds * clockRate, packets: split(await readFile(file)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packets behind their lengths (RFC 4571 2). */
function split(bytes: Buffer): Clip['packets'] {
  const packets: { at: number; bytes: Buffer }[] = [];
  let first: number | undefined;
  for (let at = 0; at + 2 <= bytes.length; ) {
    const end = at + 2 + bytes.readUInt16BE(at);
    const packet = bytes.subarray(at + 2, end);
    const timestamp = packet.readUInt32BE(4);
    first ??= timestamp;
    packets.push({ at: (timestamp - first) >>> 0, bytes: packet });
    at = end;
  }
  return packets;
}

/** RFC 3550 5.1: the same packet with other numbers. */
export function renumbered(bytes: Buffer, { ssrc, payloadType, sequence, timestamp }: StreamNumbers): Buffer {
  const packet = Buffer.from(bytes);
  packet[1] = ((packet[1] ?? 0) & 0x80) | payloadType;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** A tone as PCMA, 20 ms a packet; seamless when repeated. `hertz` is whole. */
export function toneClip(hertz: number): Promise<Clip> {
  const tone = `audiotestsrc num-buffers=100 samplesperbuffer=160 freq=${hertz} volume=0.3`;
  const packets = 'rtppcmapay min-ptime=20000000 max-ptime=20000000';
  return encodeClip(`${tone} ! audio/x-raw,rate=8000,channels=1 ! alawenc ! ${packets}`, 8000, 2);
}

export interface PictureClip {
  width: number;
  height: number;
  framesPerSecond: number;
  kbps: number;
  codec: keyof typeof encoders;
  seconds: number;
}

const h264 = (profile: string) => (kbps: number) =>
  `x264enc tune=zerolatency speed-preset=ultrafast ${profile === 'high' ? 'dct8x8=true cabac=true ' : ''}bitrate=${kbps} key-int-max=10000 option-string=slice-max-size=1100 ! video/x-h264,profile=${profile} ! rtph264pay config-interval=-1`;

const encoders = {
  'constrained-baseline': h264('constrained-baseline'),
  high: h264('high'),
  H265: (kbps: number) =>
    `x265enc tune=zerolatency speed-preset=ultrafast bitrate=${kbps} key-int-max=10000 ! h265parse ! rtph265pay config-interval=-1`,
  VP8: (kbps: number) =>
    `vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=${kbps * 1000} keyframe-max-dist=10000 ! rtpvp8pay picture-id-mode=none`,
};

/** Something that moves; one key frame, at its beginning. */
export function pictureClip({ width, height, framesPerSecond, kbps, codec, seconds }: PictureClip): Promise<Clip> {
  const source = `videotestsrc pattern=ball num-buffers=${framesPerSecond * seconds}`;
  const raw = `video/x-raw,format=I420,width=${width},height=${height},framerate=${framesPerSecond}/1`;
  return encodeClip(`${source} ! ${raw} ! ${encoders[codec](kbps)} mtu=1200`, 90_000, seconds);
}
