/** An endpoint and a server for one leg, made of sockets; what they send is made by gst-launch. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { legContract } from '../../gateway/engine/leg-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import type { CommandParams } from '../../gateway/engine/protocol.ts';
import {
  cacheFolder,
  launch,
  openReceiver,
  type Packet,
  type Receiver,
  recordingLogger,
  scratchFolder,
} from './engine-peers.ts';
import { freePort } from './free-port.ts';
import { toneLevelOf } from './perceive.ts';

export type Leg = EngineProcess<typeof legContract>;
export type Closer = () => unknown;

/** With sound and picture, and what else is asked for. */
export async function startLeg(closers: Closer[], more: Partial<CommandParams<typeof legContract, 'open'>> = {}) {
  const logger = recordingLogger();
  const leg = await startEngine(legContract, { logger, cacheFolder });
  closers.push(() => leg.stop());
  const events: { event: string; picture?: string; width?: number }[] = [];
  leg.onEvent((event) => events.push(event));
  const opened = await leg.request('open', {
    audio: true,
    video: true,
    bindAddress: '127.0.0.1',
    portRange: { min: 30_000, max: 30_999 },
    slideText: 'Vui lòng chờ',
    ...more,
  });
  const { audioPort = 0, videoPort = 0, contentPort = 0, cameraPort = 0, fingerprint = '' } = opened;
  return { leg, logger, events, audioPort, videoPort, contentPort, cameraPort, fingerprint };
}

export async function openPeer(closers: Closer[]): Promise<Receiver> {
  const peer = await openReceiver();
  closers.push(() => peer.close());
  return peer;
}

/**
 * Starts a sender whose pipeline ends in a payloader; its packets leave from the peer's own socket, as a real
 * endpoint's do; what `alter` answers nothing for is not sent. Answers with the packets that were made.
 */
export async function sendFrom(
  closers: Closer[],
  peer: Receiver,
  to: number,
  pipeline: string,
  alter: (bytes: Buffer) => Buffer | undefined = (bytes) => bytes,
) {
  const relay = createSocket('udp4');
  const sent: Packet[] = [];
  relay.on('message', (bytes) => {
    sent.push({ at: performance.now(), bytes });
    const altered = alter(bytes);
    if (altered !== undefined) peer.send(altered, to);
  });
  relay.bind(0, '127.0.0.1');
  await once(relay, 'listening');
  const sender = launch(`${pipeline} ! udpsink host=127.0.0.1 port=${relay.address().port}`);
  const stop = async () => {
    await sender.stop();
    relay.close();
  };
  closers.push(() => stop().catch(() => undefined));
  return { sent, stop };
}

export const toneSource = (hertz: number) =>
  `audiotestsrc is-live=true freq=${hertz} volume=0.3 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! audioconvert ! audioresample`;

export const opusTone = (hertz: number, ssrc: number) =>
  `audiotestsrc is-live=true freq=${hertz} volume=0.3 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay pt=100 ssrc=${ssrc}`;

/** A flat colour with something moving in it, so that pictures differ. */
export function colourSource(colour: string, keyInterval: number, payload: string): string {
  const picture = `videotestsrc is-live=true pattern=ball foreground-color=0xffc0c0c0 background-color=${colour}`;
  const encoder = `x264enc tune=zerolatency speed-preset=ultrafast bitrate=600 key-int-max=${keyInterval} option-string=slice-max-size=1100`;
  return `${picture} ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! ${encoder} ! video/x-h264,profile=constrained-baseline ! rtph264pay ${payload}`;
}

/** Decodes what a receiver gets to raw sound. */
export async function listen(closers: Closer[], receiver: Receiver, caps: string, decode: string) {
  const file = join(scratchFolder(), 'heard.raw');
  const port = await freePort();
  const decoder = launch(
    `udpsrc port=${port} address=127.0.0.1 caps="application/x-rtp,media=audio,${caps}" ! ${decode} ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=16000,channels=1 ! filesink location=${file} buffer-mode=unbuffered`,
  );
  closers.push(() => decoder.stop());
  receiver.forwardTo(port);
  /** The last so many seconds, at 16 kHz; all there is when that is less. */
  async function samples(seconds: number): Promise<Int16Array> {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    return new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2)).slice(-16_000 * seconds);
  }
  return {
    samples,
    /** Level of a tone in dB over the last half second; −120 is silence. */
    async level(hertz: number): Promise<number> {
      const last = await samples(0.5);
      return last.length < 8000 ? -120 : toneLevelOf(last, hertz, 16_000);
    },
  };
}

/** Numbers that a stream owes its receiver (RFC 3550 5.1): one SSRC, each sequence number one more, time never back. */
export function continuity(packets: readonly Packet[]) {
  let jumps = 0;
  let back = 0;
  for (let index = 1; index < packets.length; index++) {
    const [before, now] = [packets[index - 1]?.bytes, packets[index]?.bytes];
    if (before === undefined || now === undefined) continue;
    if (((now.readUInt16BE(2) - before.readUInt16BE(2)) & 0xffff) !== 1) jumps += 1;
    if (((now.readUInt32BE(4) - before.readUInt32BE(4)) | 0) < 0) back += 1;
  }
  return { jumps, back, ssrcs: new Set(packets.map(({ bytes }) => bytes.readUInt32BE(8))).size };
}

/** The slices (NAL unit types 1 and 5) of a stream, fragments put together (RFC 6184 5.8), as hexadecimal text. */
export function slicesOf(packets: readonly Packet[]): string[] {
  const slices: string[] = [];
  const keep = (nal: Buffer) => {
    if ([1, 5].includes((nal[0] ?? 0) & 31)) slices.push(nal.toString('hex'));
  };
  let fragments: Buffer[] = [];
  for (const { bytes } of packets) {
    const nal = bytes.subarray(12);
    const type = (nal[0] ?? 0) & 31;
    if (type === 24) for (const unit of aggregated(nal)) keep(unit);
    else if (type === 28) {
      const header = nal[1] ?? 0;
      if (header & 0x80) fragments = [Buffer.from([((nal[0] ?? 0) & 0xe0) | (header & 31)])];
      fragments.push(nal.subarray(2));
      if (header & 0x40) keep(Buffer.concat(fragments));
    } else keep(nal);
  }
  return slices;
}

function aggregated(nal: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 1; at + 2 <= nal.length; ) {
    const size = nal.readUInt16BE(at);
    units.push(nal.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return units;
}

/** A picture loss indication (RFC 4585 6.3.1) behind an empty receiver report, as a compound (RFC 3550 6.1). */
export function pictureLoss(sender: number, media: number): Buffer {
  const packet = Buffer.alloc(20);
  packet.writeUInt32BE(0x80c90001, 0);
  packet.writeUInt32BE(sender, 4);
  packet.writeUInt32BE(0x81ce0002, 8);
  packet.writeUInt32BE(sender, 12);
  packet.writeUInt32BE(media, 16);
  return packet;
}

/** How many PLI or FIR (RFC 5104 4.3.1) there are in what was received. */
export function keyFrameRequests(packets: readonly Packet[]): number {
  let count = 0;
  for (const { bytes } of packets) {
    for (let at = 0; at + 4 <= bytes.length; at += 4 * (bytes.readUInt16BE(at + 2) + 1)) {
      const format = (bytes[at] ?? 0) & 31;
      if (bytes[at + 1] === 206 && (format === 1 || format === 4)) count += 1;
    }
  }
  return count;
}
