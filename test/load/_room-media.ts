/** What simulated sites send, all of them by one clock: what looks like VP8 and Opus to who does not decode it. */
import type { RtpParametersDictionary } from '../../server/protocol/media.ts';
import type { SrtpContext } from '../integration/srtp.ts';
import type { Connection } from './_room-connection.ts';

export interface Shape {
  kind: 'audio' | 'video';
  packetsPerTick: number;
  /** A packet at every so-manieth tick. */
  everyTicks: number;
  /** Octets with the RTP header. */
  size: number;
}

const TICK_MS = 20;
const KEY_FRAME_MS = 2_000;

/** 17 × 1,100 octets a second: 150 kbit/s. */
export const THUMBNAIL: Shape = { kind: 'video', packetsPerTick: 1, everyTicks: 3, size: 1_100 };
/** 25 × 6 × 1,250: 1.5 Mbit/s. */
export const PICTURE: Shape = { kind: 'video', packetsPerTick: 6, everyTicks: 2, size: 1_250 };
export const SPEECH: Shape = { kind: 'audio', packetsPerTick: 1, everyTicks: 1, size: 100 };
/** RFC 7587 3.1.3: with DTX a silence is one packet in 400 ms. */
export const SILENCE: Shape = { kind: 'audio', packetsPerTick: 1, everyTicks: 20, size: 20 };

const VIDEO = { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000, parameters: {}, rtcpFeedback: [] };
const AUDIO = { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {} };

interface Stream {
  shape: Shape;
  ssrc: number;
  connection: Connection;
  srtp: SrtpContext;
  sequenceNumber: number;
  /** So that not all send at once. */
  offset: number;
}

let nextSsrc = 100_000;

/** Owns its timer; the connections belong to the sites. */
export class SiteMedia {
  readonly #streams = new Set<Stream>();
  readonly #timer: NodeJS.Timeout;
  readonly #begun = performance.now();
  #ticks = 0;

  constructor() {
    this.#timer = setInterval(() => this.#sendDue(), TICK_MS);
  }

  add(shape: Shape, ssrc: number, connection: Connection): void {
    const srtp = connection.protector();
    this.#streams.add({ shape, ssrc, connection, srtp, sequenceNumber: 1, offset: ssrc % shape.everyTicks });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#streams.clear();
  }

  /** Timers come late: what is due is sent then. */
  #sendDue(): void {
    const due = Math.floor((performance.now() - this.#begun) / TICK_MS);
    for (; this.#ticks < due; this.#ticks++) for (const stream of this.#streams) this.#send(stream);
  }

  #send(stream: Stream): void {
    const { everyTicks, packetsPerTick } = stream.shape;
    if (this.#ticks % everyTicks !== stream.offset) return;
    const isKey = this.#ticks % (KEY_FRAME_MS / TICK_MS) < everyTicks;
    for (let index = 0; index < packetsPerTick; index++) {
      stream.connection.send(stream.srtp.protect(packetOf(stream, this.#ticks, index, isKey)));
    }
  }
}

/** An SSRC of its own, and what is told of it when it is produced. */
export function newStream({ kind }: Shape): { ssrc: number; rtpParameters: RtpParametersDictionary } {
  const ssrc = nextSsrc++;
  const codecs = [kind === 'video' ? VIDEO : AUDIO];
  return { ssrc, rtpParameters: { codecs, headerExtensions: [], encodings: [{ ssrc }] } };
}

function packetOf(stream: Stream, tick: number, index: number, isKey: boolean): Buffer {
  const { kind, size, packetsPerTick } = stream.shape;
  const isVideo = kind === 'video';
  const { payloadType, clockRate } = isVideo ? VIDEO : AUDIO;
  const packet = Buffer.alloc(size, tick & 0xff);
  packet[0] = 0x80;
  packet[1] = payloadType | (isVideo && index === packetsPerTick - 1 ? 0x80 : 0);
  packet.writeUInt16BE(stream.sequenceNumber++ & 0xffff, 2);
  packet.writeUInt32BE((tick * TICK_MS * (clockRate / 1000)) >>> 0, 4);
  packet.writeUInt32BE(stream.ssrc, 8);
  if (!isVideo) return packet;
  // RFC 7741 4.2: a partition begins; 4.3: bit 0 is clear in a key frame.
  packet[12] = index === 0 ? 0x10 : 0;
  packet[13] = isKey ? 0 : 1;
  return packet;
}
