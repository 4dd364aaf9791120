/** Pictures for the tests of a leg: sources of any codec and size, and what was received of them. */

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndpointVideo, legContract } from '../../gateway/engine/leg-protocol.ts';
import type { CommandParams } from '../../gateway/engine/protocol.ts';
import type { Closer, Leg } from './engine-leg-peers.ts';
import { launch, type Packet, type Receiver, scratchFolder } from './engine-peers.ts';
import { freePort } from './free-port.ts';

export const local = (port: number) => ({ ip: '127.0.0.1', port });

type ConnectParams = CommandParams<typeof legContract, 'connectEndpoint'>;
export type VideoParams = NonNullable<ConnectParams['video']>;

/** An endpoint that takes 720p in H.264, payload type 97, and speaks the same. */
export function endpointVideo(endpoint: Receiver, rtcp: Receiver, different: Partial<EndpointVideo> = {}): VideoParams {
  return {
    remote: { ...local(endpoint.port), rtcpPort: rtcp.port },
    payloadType: 97,
    packetizationMode: 1,
    maxBitrateKbps: 2048,
    direction: 'sendrecv',
    ...different,
  };
}

/** Lets the leg take the program, payload type 102, from `server`; answers with the port to send it to. */
export async function receiveProgram(leg: Leg, server: Receiver, ssrc: number): Promise<number> {
  const stream = { ssrc, payloadType: 102, codec: 'H264' as const, clockRate: 90_000, remote: local(server.port) };
  return (await leg.request('receiveVideo', stream)).rtpPort;
}

const encoders = {
  'constrained-baseline': (options: string) =>
    `x264enc tune=zerolatency speed-preset=ultrafast ${options} ! video/x-h264,profile=constrained-baseline ! rtph264pay`,
  baseline: (options: string) =>
    `x264enc tune=zerolatency speed-preset=ultrafast ${options} ! video/x-h264,profile=baseline ! rtph264pay`,
  main: (options: string) =>
    `x264enc tune=zerolatency speed-preset=superfast ${options} ! video/x-h264,profile=main ! rtph264pay`,
  high: (options: string) =>
    `x264enc tune=zerolatency speed-preset=superfast dct8x8=true ${options} ! video/x-h264,profile=high ! rtph264pay`,
  H265: (options: string) =>
    `x265enc tune=zerolatency speed-preset=ultrafast ${options} ! h265parse config-interval=-1 ! rtph265pay`,
  VP8: (options: string) =>
    `vp8enc deadline=1 cpu-used=12 ${options.replace('key-int-max', 'keyframe-max-dist').replace(/bitrate=(\d+)/, 'target-bitrate=$1000')} ! rtpvp8pay`,
} as const;

export interface PictureOptions {
  readonly encoder?: keyof typeof encoders;
  /** ARGB. */
  readonly colour: string;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** Further options of the encoder. */
  readonly options?: string;
  /** Payload type and so on. */
  readonly payload: string;
  /** More motion than a ball. */
  readonly busy?: boolean;
}

/** A colour with something moving in it; to be completed by a sink. */
export function picture(wanted: PictureOptions): string {
  const { encoder = 'constrained-baseline', colour, width = 320, height = 180, fps = 15, payload, busy } = wanted;
  const pattern = busy ? 'smpte horizontal-speed=7' : `ball foreground-color=0xffc0c0c0 background-color=${colour}`;
  const options = wanted.options ?? 'bitrate=600 key-int-max=20';
  return `videotestsrc is-live=true pattern=${pattern} ! video/x-raw,format=I420,width=${width},height=${height},framerate=${fps}/1 ! ${encoders[encoder](options)} ${payload}`;
}

/** H.264 with start codes, whatever packets it came in (RFC 6184 5.6 to 5.8). */
export function annexB(packets: readonly Packet[]): Buffer {
  const parts: Buffer[] = [];
  const keep = (nal: Buffer) => parts.push(Buffer.from([0, 0, 0, 1]), nal);
  for (const { bytes } of packets) {
    const nal = payloadOf(bytes);
    const type = (nal[0] ?? 0) & 31;
    if (type === 24) {
      for (let at = 1; at + 2 <= nal.length; at += 2 + nal.readUInt16BE(at))
        keep(nal.subarray(at + 2, at + 2 + nal.readUInt16BE(at)));
    } else if (type === 28) {
      const header = nal[1] ?? 0;
      if (header & 0x80) keep(Buffer.from([((nal[0] ?? 0) & 0xe0) | (header & 31)]));
      parts.push(nal.subarray(2));
    } else keep(nal);
  }
  return Buffer.concat(parts);
}

export function payloadOf(bytes: Buffer): Buffer {
  const extension = (bytes[0] ?? 0) & 16;
  const at = 12 + 4 * ((bytes[0] ?? 0) & 15);
  return bytes.subarray(extension ? at + 4 + 4 * bytes.readUInt16BE(at + 2) : at);
}

/** What the last sequence parameter set says (ITU-T H.264 7.3.2.1.1), by ffprobe; undefined before the first. */
export async function describeH264(packets: readonly Packet[]) {
  const sets = annexB(packets);
  const start = sets.lastIndexOf(Buffer.from([0, 0, 0, 1, 0x67]));
  const from = start < 0 ? sets.lastIndexOf(Buffer.from([0, 0, 0, 1, 0x27])) : start;
  if (from < 0) return undefined;
  const args = '-v error -f h264 -show_entries stream=profile,width,height,level -of json -i -'.split(' ');
  const text = await pipe('ffprobe', args, sets.subarray(from));
  const [stream] = (JSON.parse(text.toString()) as { streams: Described[] }).streams;
  return stream;
}
interface Described {
  profile: string;
  width: number;
  height: number;
  level: number;
}

/** Width and height of the last key frame (RFC 6386 9.1, RFC 7741 4.2); undefined before the first. */
export function describeVp8(packets: readonly Packet[]): { width: number; height: number } | undefined {
  const frames = packets.map(({ bytes }) => vp8Frame(payloadOf(bytes)));
  const key = frames.findLast((frame) => frame !== undefined && frame.length > 10 && ((frame[0] ?? 1) & 1) === 0);
  if (key === undefined) return undefined;
  return { width: key.readUInt16LE(6) & 0x3fff, height: key.readUInt16LE(8) & 0x3fff };
}

/** The beginning of a frame, without its payload descriptor; undefined where a packet continues one. */
function vp8Frame(payload: Buffer): Buffer | undefined {
  const first = payload[0] ?? 0;
  if ((first & 0x10) === 0 || (first & 7) !== 0) return undefined;
  let at = 1;
  if (first & 0x80) {
    const fields = payload[at++] ?? 0;
    if (fields & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
    if (fields & 0x40) at += 1;
    if (fields & 0x30) at += 1;
  }
  return payload.subarray(at);
}

async function pipe(command: string, args: string[], input: Buffer): Promise<Buffer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => output.push(part));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  await once(child, 'close');
  return Buffer.concat(output);
}

const decoders = {
  H264: 'rtph264depay wait-for-keyframe=true ! avdec_h264 output-corrupt=false',
  VP8: 'rtpvp8depay wait-for-keyframe=true ! vp8dec',
  H265: 'rtph265depay ! h265parse ! avdec_h265 output-corrupt=false',
} as const;

/** Decodes every further packet of a receiver as it comes: `colour` is the last picture's, at fractions of it. */
export async function watch(closers: Closer[], receiver: Receiver, codec: keyof typeof decoders, ssrc?: number) {
  const file = join(scratchFolder(), 'seen.rgb');
  const port = await freePort();
  const decoder = launch(
    `udpsrc port=${port} address=127.0.0.1 buffer-size=1000000 caps="application/x-rtp,media=video,encoding-name=${codec},clock-rate=90000" ! ${decoders[codec]} ! videoscale ! videoconvert ! video/x-raw,format=RGB,width=64,height=36 ! filesink location=${file} buffer-mode=unbuffered`,
  );
  closers.push(() => decoder.stop());
  receiver.forwardTo(await sieve(closers, port, ssrc));
  const frameBytes = 64 * 36 * 3;
  return {
    /** By itself left of the middle, where there is no border when a picture of another shape is shown whole. */
    async colour(x = 0.05, y = 0.5): Promise<[number, number, number]> {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      const frames = Math.floor(bytes.length / frameBytes);
      const at = (frames - 1) * frameBytes + 3 * (Math.floor(36 * y) * 64 + Math.floor(64 * x));
      return frames === 0 ? [0, 0, 0] : [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
    },
    async frames(): Promise<number> {
      return Math.floor((await readFile(file).catch(() => Buffer.alloc(0))).length / frameBytes);
    },
  };
}

/** A port that passes RTP on, of one source or of all, and nothing else. */
async function sieve(closers: Closer[], to: number, ssrc: number | undefined): Promise<number> {
  const socket = createSocket('udp4');
  closers.push(() => socket.close());
  socket.on('message', (bytes) => {
    const type = bytes[1] ?? 0;
    const isRtcp = type >= 192 && type <= 223;
    if (!isRtcp && (ssrc === undefined || bytes.readUInt32BE(8) === ssrc)) socket.send(bytes, to, '127.0.0.1');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

export const isReddish = ([r, g, b]: readonly number[]) => (r ?? 0) > 120 && (g ?? 0) < 110 && (b ?? 0) < 110;
export const isGreenish = ([r, g, b]: readonly number[]) => (g ?? 0) > 120 && (r ?? 0) < 110 && (b ?? 0) < 120;
export const isBluish = ([r, g, b]: readonly number[]) => (b ?? 0) > 120 && (r ?? 0) < 110 && (g ?? 0) < 110;

/** kbit/s of whole packets, headers of IP and UDP included, over the last `seconds`. */
export function kbpsOf(packets: readonly Packet[], seconds: number): number {
  const end = performance.now();
  const recent = packets.filter(({ at }) => at > end - 1000 * seconds);
  return (recent.reduce((sum, { bytes }) => sum + bytes.length + 28, 0) * 8) / 1000 / seconds;
}

/** Pictures a second over the last `seconds`: each has its own timestamp. */
export function fpsOf(packets: readonly Packet[], seconds: number): number {
  const end = performance.now();
  const recent = packets.filter(({ at }) => at > end - 1000 * seconds);
  return new Set(recent.map(({ bytes }) => bytes.readUInt32BE(4))).size / seconds;
}
