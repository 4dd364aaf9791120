import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { types } from 'mediasoup';
import type { SrtpKey } from '../../gateway/engine/leg-protocol.ts';
import { type SrtpContext, srtpContext } from '../integration/srtp.ts';

/** Octets of a packet with its RTP header, without SRTP's tag. */
const PACKET = 1250;
const CLOCK_RATE = 90_000;
const KEY_FRAME_EVERY_MS = 2000;

export interface PictureShape {
  framesPerSecond: number;
  packetsPerFrame: number;
}

/** 25 × 6 × 1,250 octets: 1.5 Mbit/s. */
export const picture: PictureShape = { framesPerSecond: 25, packetsPerFrame: 6 };
/** 15 × 1 × 1,250 octets: 150 kbit/s. */
export const thumbnail: PictureShape = { framesPerSecond: 15, packetsPerFrame: 1 };

export function packetsPerSecond({ framesPerSecond, packetsPerFrame }: PictureShape): number {
  return framesPerSecond * packetsPerFrame;
}

/** What looks like VP8 (RFC 7741) to who does not decode it, sent as it would be by a camera: a frame at a time. */
export class PictureSender {
  readonly ssrc: number;
  readonly #shape: PictureShape;
  readonly #socket: Socket;
  readonly #srtp: SrtpContext | undefined;
  #timer: NodeJS.Timeout | undefined;
  #begun = 0;
  #frames = 0;
  #sequenceNumber = 1;

  private constructor(socket: Socket, ssrc: number, shape: PictureShape, key: SrtpKey | undefined) {
    this.#socket = socket;
    this.ssrc = ssrc;
    this.#shape = shape;
    this.#srtp = key && srtpContext(key);
  }

  static async open(ssrc: number, shape: PictureShape, key: SrtpKey | undefined): Promise<PictureSender> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new PictureSender(socket, ssrc, shape, key);
  }

  get rtpParameters(): types.RtpParameters {
    const codec = { mimeType: 'video/VP8' as const, payloadType: 101, clockRate: CLOCK_RATE, parameters: {} };
    return { codecs: [{ ...codec, rtcpFeedback: [] }], headerExtensions: [], encodings: [{ ssrc: this.ssrc }] };
  }

  start(port: number): void {
    this.#begun = performance.now();
    // Timers come late: what is due is sent then.
    this.#timer = setInterval(() => this.#sendDue(port), 1000 / this.#shape.framesPerSecond);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #sendDue(port: number): void {
    const due = Math.floor(((performance.now() - this.#begun) / 1000) * this.#shape.framesPerSecond);
    for (; this.#frames < due; this.#frames++) {
      const { framesPerSecond, packetsPerFrame } = this.#shape;
      const isKey = this.#frames % Math.round((KEY_FRAME_EVERY_MS / 1000) * framesPerSecond) === 0;
      for (let index = 0; index < packetsPerFrame; index++) {
        const packet = this.#packet(index, isKey);
        this.#socket.send(this.#srtp?.protect(packet) ?? packet, port, '127.0.0.1');
      }
    }
  }

  #packet(index: number, isKey: boolean): Buffer {
    const { framesPerSecond, packetsPerFrame } = this.#shape;
    const packet = Buffer.alloc(PACKET, this.#frames & 0xff);
    packet[0] = 0x80;
    packet[1] = 101 | (index === packetsPerFrame - 1 ? 0x80 : 0);
    packet.writeUInt16BE(this.#sequenceNumber++ & 0xffff, 2);
    packet.writeUInt32BE((this.#frames * Math.round(CLOCK_RATE / framesPerSecond)) >>> 0, 4);
    packet.writeUInt32BE(this.ssrc, 8);
    // RFC 7741 4.2: a partition begins; 4.3: bit 0 is clear in a key frame.
    packet[12] = index === 0 ? 0x10 : 0;
    packet[13] = isKey ? 0 : 1;
    return packet;
  }
}
