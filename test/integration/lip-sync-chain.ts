/**
 * A site that flashes and beeps at the same moment, once a second, and everything that stands between it and a codec: the
 * server's forwarding, the composed picture, the mix, and the codec's leg. Says when the codec received which.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorker, type types } from 'mediasoup';
import { legContract } from '../../gateway/engine/leg-protocol.ts';
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import type { Closer } from './closers.ts';
import {
  cacheFolder,
  fromReportClock,
  openReceiver,
  type Packet,
  type Receiver,
  recordingLogger,
  scratchFolder,
} from './engine-peers.ts';
import { decode, framesOf } from './engine-pictures.ts';
import { type Clip, encodeClip, renumbered } from './rtp-clips.ts';

const ip = '127.0.0.1';
const camera = { width: 640, height: 360, framesPerSecond: 25 };
const tier = { tierId: '360p25', width: 640, height: 360, fps: 25, bitrateKbps: 600 };
/** How long the flash and the beep last, and what a microphone has to collect before it can send it, in ms. */
const markMs = 200;
const packetMs = 20;

const h264 = {
  kind: 'video' as const,
  mimeType: 'video/H264',
  clockRate: 90_000,
  parameters: { 'packetization-mode': 0, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
};
const opus = { kind: 'audio' as const, mimeType: 'audio/opus', clockRate: 48_000, channels: 2 };

/** One second: white first, then black. */
async function flashes(): Promise<Clip> {
  const { width, height, framesPerSecond } = camera;
  const folder = scratchFolder();
  const painted = join(folder, 'frames');
  try {
    const frame = (bright: boolean) => {
      const picture = Buffer.alloc(width * height * 1.5, 128);
      return picture.fill(bright ? 235 : 16, 0, width * height);
    };
    const count = (markMs * framesPerSecond) / 1000;
    await writeFile(
      painted,
      Buffer.concat(Array.from({ length: framesPerSecond }, (_, index) => frame(index < count))),
    );
    const source = `filesrc location=${painted} ! rawvideoparse format=i420 width=${width} height=${height} framerate=${framesPerSecond}/1`;
    const encoder = `x264enc tune=zerolatency speed-preset=veryfast bitrate=500 key-int-max=${framesPerSecond} option-string=slice-max-size=1100 ! video/x-h264,profile=constrained-baseline`;
    return await encodeClip(`${source} ! ${encoder} ! rtph264pay config-interval=-1 mtu=1200`, 90_000, 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One second: a tone first, then nothing. */
function beeps(): Promise<Clip> {
  const source = `audiotestsrc wave=ticks freq=1000 sine-periods-per-tick=${markMs} tick-interval=1000000000 volume=0.5 samplesperbuffer=960 num-buffers=50`;
  const encoder = 'opusenc bitrate=48000 frame-size=20 ! rtpopuspay';
  return encodeClip(`${source} ! audio/x-raw,rate=48000,channels=1 ! ${encoder}`, 48_000, 1);
}

/** Sends both from one clock, and reports on both (RFC 3550 6.4.1). `begun` is a time of `performance.now()`. */
class Site {
  readonly begun = performance.now();
  readonly #peer: Receiver;
  readonly #streams: { clip: Clip; ssrc: number; payloadType: number; to: number; delayMs: number; count: number }[] =
    [];
  readonly #timers: NodeJS.Timeout[];

  constructor(peer: Receiver) {
    this.#peer = peer;
    this.#timers = [setInterval(() => this.#sendDue(), 5), setInterval(() => this.#report(), 1000)];
  }

  send(
    clip: Clip,
    { ssrc, payloadType, to, delayMs }: { ssrc: number; payloadType: number; to: number; delayMs: number },
  ) {
    const seconds = Math.floor((performance.now() - this.begun) / 1000);
    this.#streams.push({ clip, ssrc, payloadType, to, delayMs, count: clip.packets.length * seconds });
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #sendDue(): void {
    for (const stream of this.#streams) {
      const { clip, ssrc, payloadType, to, delayMs } = stream;
      const elapsed = ((performance.now() - this.begun - delayMs) * clip.clockRate) / 1000;
      for (;;) {
        const packet = clip.packets[stream.count % clip.packets.length];
        const timestamp = (packet?.at ?? 0) + clip.length * Math.floor(stream.count / clip.packets.length);
        if (packet === undefined || timestamp > elapsed) break;
        this.#peer.send(renumbered(packet.bytes, { ssrc, payloadType, sequence: stream.count, timestamp }), to);
        stream.count += 1;
      }
    }
  }

  #report(): void {
    for (const { clip, ssrc, to, count } of this.#streams) {
      const report = Buffer.alloc(28);
      report.writeUInt32BE(0x80c80006, 0);
      report.writeUInt32BE(ssrc, 4);
      const now = (performance.timeOrigin + performance.now()) / 1000 + 2_208_988_800;
      report.writeUInt32BE(Math.floor(now) >>> 0, 8);
      report.writeUInt32BE(Math.floor((now % 1) * 2 ** 32) >>> 0, 12);
      report.writeUInt32BE(Math.floor(((performance.now() - this.begun) * clip.clockRate) / 1000) >>> 0, 16);
      report.writeUInt32BE(count, 20);
      this.#peer.send(report, to);
    }
  }
}

/** Forwards what one sends to another, as the room's server does. */
class Server {
  readonly #router: types.Router;

  constructor(router: types.Router) {
    this.#router = router;
  }

  static async open(closers: Closer[]): Promise<Server> {
    const worker = await createWorker({ logLevel: 'error' });
    closers.push(() => worker.close());
    return new Server(await worker.createRouter({ mediaCodecs: [h264, opus] }));
  }

  /** `open` tells the sender where to, and answers with the port it sends from. */
  async publish(
    kind: 'audio' | 'video',
    { ssrc, payloadType, cname }: { ssrc: number; payloadType: number; cname: string },
    open: (port: number) => Promise<number>,
  ): Promise<types.Producer> {
    const transport = await this.#plain();
    await transport.connect({ ip, port: await open(transport.tuple.localPort) });
    const { kind: _, ...codec } = kind === 'audio' ? opus : h264;
    const rtpParameters = { codecs: [{ ...codec, payloadType }], encodings: [{ ssrc }], rtcp: { cname } };
    return transport.produce({ kind, rtpParameters });
  }

  /** `open` tells the receiver what comes, and answers with the port it takes it at. */
  async consume<C extends 'opus' | 'H264'>(
    producer: types.Producer,
    codec: C,
    open: (input: {
      ssrc: number;
      payloadType: number;
      codec: C;
      clockRate: number;
      remote: { ip: string; port: number };
    }) => Promise<{ rtpPort: number }>,
  ): Promise<void> {
    const transport = await this.#plain();
    const { rtpCapabilities } = this.#router;
    const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities, paused: true });
    const [{ payloadType, clockRate } = { payloadType: 0, clockRate: 0 }] = consumer.rtpParameters.codecs;
    const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
    const remote = { ip, port: transport.tuple.localPort };
    const { rtpPort } = await open({ ssrc, payloadType, codec, clockRate, remote });
    await transport.connect({ ip, port: rtpPort });
    await consumer.resume();
  }

  #plain(): Promise<types.PlainTransport> {
    return this.#router.createPlainTransport({ listenInfo: { protocol: 'udp', ip }, rtcpMux: true, comedia: false });
  }
}

/** One beep or flash, in ms from when the site made it. */
export interface Mark {
  /** Until the codec had it: one that plays what comes as it comes is late by so much. */
  readonly receivedMs: number;
  /** Until its time of capture as the leg's reports tell it: by these a codec keeps sound and picture in step (RFC 3550 6.4.1). */
  readonly reportedMs: number;
}

export interface LipSyncChain {
  /** Everything that has come since `from`, in ms of `performance.now()`. */
  marks(from: number): Promise<{ sound: Mark[]; picture: Mark[] }>;
}

const logged = () => ({ logger: recordingLogger(), cacheFolder });

export async function openChain(closers: Closer[]): Promise<LipSyncChain> {
  const keep = <T extends { stop(): unknown }>(engine: T): T => {
    closers.push(() => engine.stop());
    return engine;
  };
  const server = await Server.open(closers);
  const [picture, mix, leg] = await Promise.all([
    startEngine(pictureContract, logged()).then(keep),
    startEngine(mixContract, logged()).then(keep),
    startEngine(legContract, logged()).then(keep),
  ]);
  const peers = await Promise.all([openReceiver(), openReceiver(), openReceiver()]);
  for (const peer of peers) closers.push(() => peer.close());
  const [sitePeer, soundAt, pictureAt] = peers;
  const site = new Site(sitePeer);
  closers.push(() => site.close());
  const [beep, flash] = await Promise.all([beeps(), flashes()]);

  const voice = { ssrc: 11, payloadType: 100, cname: 'site' };
  const voiceProducer = await server.publish('audio', voice, async (to) => {
    site.send(beep, { ...voice, to, delayMs: packetMs });
    return sitePeer.port;
  });
  const view = { ssrc: 12, payloadType: 101, cname: 'site' };
  const viewProducer = await server.publish('video', view, async (to) => {
    site.send(flash, { ...view, to, delayMs: 0 });
    return sitePeer.port;
  });

  await picture.request('configure', { tiers: [tier] });
  const program = { ssrc: 7777, payloadType: 97, cname: 'composer' };
  const programProducer = await server.publish('video', program, async (port) => {
    const rtp = { ...program, remote: { ip, port } };
    return (await picture.request('openOutput', { tierId: tier.tierId, rtp })).rtpPort;
  });
  await picture.request('setWanted', { tierIds: [tier.tierId] });
  await picture.request('setScene', { tiles: [{ inputId: 'site', label: '', x: 0, y: 0, w: 1, h: 1 }] });
  await server.consume(viewProducer, 'H264', (rtp) => picture.request('addInput', { inputId: 'site', rtp }));
  const room = { ssrc: 8888, payloadType: 98, cname: 'composer' };
  const mixProducer = await server.publish('audio', room, async (port) => {
    const rtp = { ...room, remote: { ip, port } };
    return (await mix.request('addOutput', { outputId: 'mix', rtp })).rtpPort;
  });
  await server.consume(voiceProducer, 'opus', (rtp) =>
    mix.request('addInput', { inputId: 'site', rtp, levelling: false }),
  );

  await leg.request('open', {
    audio: true,
    video: true,
    bindAddress: ip,
    portRange: { min: 31_000, max: 31_999 },
  });
  const at = ({ port }: Receiver) => ({ ip, port, rtcpPort: port });
  await leg.request('connectEndpoint', {
    audio: { remote: at(soundAt), codec: 'PCMA', payloadType: 8, direction: 'sendrecv' },
    video: {
      remote: at(pictureAt),
      payloadType: 97,
      packetizationMode: 0,
      maxBitrateKbps: 2000,
      direction: 'sendrecv',
    },
  });
  await server.consume(mixProducer, 'opus', (rtp) => leg.request('receiveAudio', rtp));
  await server.consume(programProducer, 'H264', (rtp) => leg.request('receiveVideo', rtp));
  return {
    marks: async (from) => ({
      sound: marksOf(soundAt, 8000, beepsIn(soundAt.rtp, from), site.begun),
      picture: marksOf(pictureAt, 90_000, await flashesIn(pictureAt.rtp, from), site.begun),
    }),
  };
}

/** When the codec had a beep or a flash, and the timestamp of the stream that belongs to it. */
interface Received {
  readonly at: number;
  readonly timestamp: number;
}

/** The site makes one at the beginning of each of its seconds; nothing is under way for as long as that. */
function marksOf({ rtcp }: Receiver, clockRate: number, received: readonly Received[], begun: number): Mark[] {
  const report = rtcp.findLast(({ bytes }) => bytes[1] === 200)?.bytes;
  if (report === undefined) throw new Error('no report has come');
  const reportedAt = fromReportClock(report);
  const within = (ms: number) => ((((ms + 500) % 1000) + 1000) % 1000) - 500;
  return received.map(({ at, timestamp }) => {
    const capturedAt = reportedAt + (1000 * ((timestamp - report.readUInt32BE(16)) | 0)) / clockRate;
    return { receivedMs: (at - begun) % 1000, reportedMs: within(capturedAt - begun) };
  });
}

/** When each beep began to be heard: its packet is played from when it is there. */
function beepsIn(packets: readonly Packet[], from: number): Received[] {
  const begins: Received[] = [];
  let loudAt = Number.POSITIVE_INFINITY;
  for (const { at, bytes } of packets) {
    const payload = bytes.subarray(12);
    const first = payload.findIndex((code) => magnitudeOf(code) > 2000);
    if (first < 0) continue;
    if (at - loudAt > 500 && at >= from) begins.push({ at: at + first / 8, timestamp: bytes.readUInt32BE(4) + first });
    loudAt = at;
  }
  return begins;
}

/** Of A-law (G.711): 16 bits. */
function magnitudeOf(code: number): number {
  const [segment, mantissa] = [((code ^ 0x55) >> 4) & 7, (code ^ 0x55) & 15];
  return segment === 0 ? 16 * mantissa + 8 : (16 * mantissa + 264) << (segment - 1);
}

/** When the last packet of each first white picture was there. The slide that comes first has another size. */
async function flashesIn(packets: readonly Packet[], from: number): Promise<Received[]> {
  const programAt = packets.findLastIndex(({ at, bytes }) => at < from && ((bytes[12] ?? 0) & 31) === 7);
  const program = packets.slice(Math.max(0, programAt));
  const [pictures, frames] = [await decode(program, 16, 16), framesOf(program)];
  const lost = frames.length - pictures.length;
  if (lost !== 0) throw new Error(`${lost} of ${frames.length} pictures cannot be decoded`);
  const isWhite = pictures.map((picture) => picture.colourAt(0.5, 0.5)[0] > 128);
  return frames.flatMap(({ at, bytes }, index) => {
    const begins = isWhite[index] && isWhite[index - 1] === false && at >= from;
    return begins ? [{ at, timestamp: bytes.readUInt32BE(4) }] : [];
  });
}
