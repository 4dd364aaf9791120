import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Address, RtpParametersDictionary } from '../../server/protocol/media.ts';

/**
 * RTP ends for tests and benchmarks: a sender of Opus-like packets that carry a name and a loudness, and a receiver that
 * remembers what came when. Times are `performance.now()` milliseconds.
 */
const OPUS = { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {} };
const LEVEL_URI = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const LEVEL_ID = 1;
const FRAME_MS = 20;
/** One 20 ms fullband frame (RFC 6716 3.1): nobody decodes what follows it. */
const OPUS_TOC = 0xf8;

export interface RtpPacket {
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  /** What the sender was named. */
  name: string;
  at: number;
}

interface Frame {
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
  name: string;
  /** dBov, −127…0. */
  level: number;
}

/** RFC 3550 5.1, with the one-byte header extension (RFC 8285 4.2) of the audio level (RFC 6464 3). */
export function makePacket({ ssrc, sequenceNumber, timestamp, name, level }: Frame): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x90;
  header[1] = OPUS.payloadType;
  header.writeUInt16BE(sequenceNumber & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  header.writeUInt16BE(0xbede, 12);
  header.writeUInt16BE(1, 14);
  header[16] = LEVEL_ID << 4;
  header[17] = 0x80 | -level;
  return Buffer.concat([header, Buffer.from([OPUS_TOC]), Buffer.from(name.padEnd(40, ' '))]);
}

/** Undefined for RTCP, which shares the port (RFC 5761 4). */
export function parsePacket(bytes: Buffer, at: number): RtpPacket | undefined {
  if (bytes.length < 12 || (bytes.readUInt8(1) >= 192 && bytes.readUInt8(1) <= 223)) return undefined;
  const first = bytes.readUInt8(0);
  let offset = 12 + 4 * (first & 0x0f);
  if (first & 0x10) offset += 4 + 4 * bytes.readUInt16BE(offset + 2);
  return {
    payloadType: bytes.readUInt8(1) & 0x7f,
    sequenceNumber: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    name: bytes
      .subarray(offset + 1)
      .toString('latin1')
      .trimEnd(),
    at,
  };
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

let nextSsrc = 1000;

/** Sends one frame every 20 ms from `start` to `close`. */
export class RtpSender {
  readonly ssrc = nextSsrc++;
  readonly name: string;
  level = -20;
  readonly #socket: Socket;
  #timer: NodeJS.Timeout | undefined;
  #sequenceNumber = 1;

  private constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.name = name;
  }

  static async open(name: string): Promise<RtpSender> {
    return new RtpSender(await openSocket(), name);
  }

  /** For `produce`. */
  get rtpParameters(): RtpParametersDictionary {
    return {
      codecs: [OPUS],
      headerExtensions: [{ uri: LEVEL_URI, id: LEVEL_ID }],
      encodings: [{ ssrc: this.ssrc }],
    };
  }

  start({ ip, port }: Address, everyMs = FRAME_MS): void {
    this.#timer = setInterval(() => this.#send(ip, port), everyMs);
    this.#send(ip, port);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.stop();
    this.#socket.close();
  }

  #send(ip: string, port: number): void {
    const sequenceNumber = this.#sequenceNumber++;
    const timestamp = sequenceNumber * 960;
    this.#socket.send(
      makePacket({ ssrc: this.ssrc, sequenceNumber, timestamp, name: this.name, level: this.level }),
      port,
      ip,
    );
  }
}

/** Remembers every RTP packet that arrives until `close`. */
export class RtpReceiver {
  readonly packets: RtpPacket[] = [];
  readonly #socket: Socket;
  #waiting: { since: number; resolve: (packet: RtpPacket) => void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => this.#take(bytes));
  }

  static async open(): Promise<RtpReceiver> {
    return new RtpReceiver(await openSocket());
  }

  get address(): Address {
    const { address, port } = this.#socket.address();
    return { ip: address, port };
  }

  /** The first packet that came at `since` or later. */
  async first(since: number, timeoutMs = 2_000): Promise<RtpPacket> {
    const known = this.packets.find((p) => p.at >= since);
    if (known) return known;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no packet within ${timeoutMs} ms`)), timeoutMs);
      this.#waiting.push({
        since,
        resolve: (packet) => {
          clearTimeout(timer);
          resolve(packet);
        },
      });
    });
  }

  countSince(at: number): number {
    return this.packets.filter((p) => p.at >= at).length;
  }

  close(): void {
    this.#socket.close();
  }

  #take(bytes: Buffer): void {
    const packet = parsePacket(bytes, performance.now());
    if (!packet) return;
    this.packets.push(packet);
    const due = this.#waiting.filter((w) => packet.at >= w.since);
    this.#waiting = this.#waiting.filter((w) => packet.at < w.since);
    for (const { resolve } of due) resolve(packet);
  }
}
