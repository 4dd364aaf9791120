/** Voices and listeners for the mix: clips sent from plain sockets, and what was received decoded afterwards. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import type { CommandParams } from '../../gateway/engine/protocol.ts';
import { continuity } from './engine-leg-peers.ts';
import {
  cacheFolder,
  launch,
  openReceiver,
  type Packet,
  type Receiver,
  recordingLogger,
  scratchFolder,
} from './engine-peers.ts';
import { type Clip, encodeClip, renumbered } from './rtp-clips.ts';

export type Mix = EngineProcess<typeof mixContract>;
type Closer = () => unknown;

export async function startMix(closers: Closer[]): Promise<Mix> {
  const mix = await startEngine(mixContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => mix.stop());
  return mix;
}

const opus = (more: string) =>
  `audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=1 ! opusenc ${more} ! rtpopuspay`;

/** A sine of that share of full scale as a clip of Opus. */
export function toneClip(hertz: number, volume: number, seconds: number): Promise<Clip> {
  const source = `audiotestsrc freq=${hertz} volume=${volume} samplesperbuffer=960 num-buffers=${50 * seconds}`;
  return encodeClip(`${source} ! ${opus('bitrate=96000')}`, 48_000, seconds);
}

/** A site's voice out of the simulator's, made louder or fainter; it lasts a few seconds. */
export async function voiceClip(name: string, gainDb: number, more = ''): Promise<Clip> {
  const file = new URL(`../../gateway/engine/voices/${name}.ogg`, import.meta.url).pathname;
  const source = `filesrc location=${file} ! oggdemux ! opusdec ! audioconvert ! volume volume=${10 ** (gainDb / 20)}`;
  const clip = await encodeClip(`${source} ! ${opus(`bitrate=64000 ${more}`)}`, 48_000, 0);
  return { ...clip, length: (clip.packets.at(-1)?.at ?? 0) + 960 };
}

export interface Voice {
  readonly peer: Receiver;
  readonly rtpPort: number;
  stop(): void;
}

/**
 * Lets a new input of the mix speak a clip over and over, a packet each time that one is due.
 * @param alter answers what is sent instead of a packet; nothing is sent for undefined
 */
export async function speak(
  closers: Closer[],
  mix: Mix,
  clip: Clip,
  {
    ssrc,
    alter = (bytes) => bytes,
    ...input
  }: Omit<CommandParams<typeof mixContract, 'addInput'>, 'rtp'> & {
    ssrc: number;
    alter?: (bytes: Buffer, count: number) => Buffer | undefined;
  },
): Promise<Voice> {
  const peer = await openReceiver();
  const rtp = { ssrc, payloadType: 100, clockRate: 48_000, remote: { ip: '127.0.0.1', port: peer.port } };
  const { rtpPort } = await mix.request('addInput', { ...input, rtp });
  const begun = performance.now();
  let count = 0;
  const timer = setInterval(() => {
    const elapsed = 48 * (performance.now() - begun);
    for (;;) {
      const packet = clip.packets[count % clip.packets.length];
      const timestamp = (packet?.at ?? 0) + clip.length * Math.floor(count / clip.packets.length);
      if (packet === undefined || timestamp > elapsed) return;
      const numbers = { ssrc, payloadType: 100, sequence: count, timestamp };
      const bytes = alter(renumbered(packet.bytes, numbers), count);
      if (bytes !== undefined) peer.send(bytes, rtpPort);
      count += 1;
    }
  }, 10);
  const stop = () => {
    clearInterval(timer);
    peer.close();
  };
  let stopped = false;
  const once = () => {
    if (!stopped) stop();
    stopped = true;
  };
  closers.push(once);
  return { peer, rtpPort, stop: once };
}

/** One who hears an output of the mix. */
export interface Listener {
  readonly receiver: Receiver;
  readonly rtpPort: number;
  /** How many ms have been heard so far. */
  now(): number;
  /** What was heard from then on; decoded anew, so ask once. */
  heard(fromMs?: number): Promise<Int16Array>;
}

export async function addListener(
  closers: Closer[],
  mix: Mix,
  outputId: string,
  { ssrc, exclude }: { ssrc: number; exclude?: string },
): Promise<Listener> {
  const receiver = await openReceiver();
  closers.push(() => receiver.close());
  const rtp = listening(receiver, ssrc);
  // More than in the room, so that what Opus adds to the tones does not hide what is looked for.
  const { rtpPort } = await mix.request('addOutput', { outputId, rtp, bitrateKbps: 128, ...(exclude && { exclude }) });
  return {
    receiver,
    rtpPort,
    now: () => 20 * receiver.rtp.length,
    heard: async (fromMs = 0) => (await decoded(receiver.rtp)).subarray(48 * fromMs),
  };
}

/** One SSRC, each number one more, 20 ms each (RFC 3550 5.1). */
export function expectUnbroken(packets: readonly Packet[], ssrc: number): void {
  expect(continuity(packets)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(packets[0]?.bytes.readUInt32BE(8)).toBe(ssrc);
  const [first, last] = [packets[0], packets.at(-1)].map((packet) => packet?.bytes.readUInt32BE(4) ?? 0);
  // The first is shorter by what a decoder skips (RFC 7845 4.2).
  expect(Math.abs((((last ?? 0) - (first ?? 0)) >>> 0) - 960 * (packets.length - 1))).toBeLessThan(960);
}

export function listening(receiver: Receiver, ssrc: number) {
  return { remote: { ip: '127.0.0.1', port: receiver.port }, payloadType: 111, ssrc, cname: 'room-1@rostrum' };
}

/** What these packets sound like, 16 bit at 48 kHz, each 20 ms one after the other. */
export async function decoded(packets: readonly Packet[]): Promise<Int16Array> {
  const folder = scratchFolder();
  const [stream, sound] = [join(folder, 'stream'), join(folder, 'sound')];
  try {
    const framed = packets.flatMap(({ bytes }) => [Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
    await writeFile(stream, Buffer.concat(framed));
    const caps = 'application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000';
    const decoder = launch(
      `filesrc location=${stream} ! application/x-rtp-stream,${caps.slice(caps.indexOf(',') + 1)} ! rtpstreamdepay ! ${caps} ! rtpopusdepay ! opusdec plc=false ! audioconvert ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! filesink location=${sound}`,
    );
    await new Promise((resolve) => decoder.process.once('exit', resolve));
    const bytes = await readFile(sound);
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
