/** What simulated sites send, all of them by one clock: what looks like VP8 and Opus to who does not decode it. */
import type { RtpParametersDictionary } from '../../server/protocol/media.ts';
import type { SrtpContext } from '../integration/srtp.ts';
import type { Connection } from './_room-connection.ts';
import { WIDE_NUMBER } from './_room-feedback.ts';

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
const REPORT_MS = 1_000;

/** The smallest first, 25 pictures a second: 750 octets each (150 kbit/s), 2 × 1,250 (500 kbit/s) and 6 × 1,250 (1.5 Mbit/s). */
const LAYERS = [
  { kind: 'video', packetsPerTick: 1, everyTicks: 2, size: 750 },
  { kind: 'video', packetsPerTick: 2, everyTicks: 2, size: 1_250 },
  { kind: 'video', packetsPerTick: 6, everyTicks: 2, size: 1_250 },
] as const satisfies Shape[];
/** What the client allows each (`client/media/encodings.ts`), bit/s. */
const ALLOWED = [150_000, 500_000, 1_700_000];
/** A camera whose layers are all watched, and one of which nobody watches the largest: that is not sent then. */
export const WATCHED: readonly Shape[] = LAYERS;
export const UNWATCHED: readonly Shape[] = LAYERS.slice(0, -1);
export const SPEECH: Shape = { kind: 'audio', packetsPerTick: 1, everyTicks: 1, size: 108 };
/** RFC 7587 3.1.3: with DTX a silence is one packet in 400 ms. */
export const SILENCE: Shape = { kind: 'audio', packetsPerTick: 1, everyTicks: 20, size: 28 };

const VIDEO = {
  ...{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000, parameters: {} },
  rtcpFeedback: [
    ...[{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
    { type: 'transport-cc' },
  ],
};
/** By its number in each packet the SFU tells a sender what came of it, ten times a second. */
const NUMBERED = { uri: WIDE_NUMBER, id: 5, encrypt: false, parameters: {} };
const AUDIO = {
  ...{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {} },
  rtcpFeedback: [{ type: 'transport-cc' }],
};

interface Stream {
  shape: Shape;
  ssrc: number;
  connection: Connection;
  srtp: SrtpContext;
  sequenceNumber: number;
  /** Octets after the RTP headers. */
  octets: number;
  /** So that not all send at once. */
  offset: number;
}

let nextSsrc = 100_000;
const HEADER = 12;
/** RFC 8285 4.2, with one extension of two octets. */
const EXTENSION = 8;
/** 1900 to 1970. */
const NTP_EPOCH_S = 2_208_988_800;

/** Owns its timer; the connections belong to the sites. */
export class SiteMedia {
  readonly #streams = new Set<Stream>();
  readonly #begunAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  readonly #begun = performance.now();
  #ticks = 0;

  constructor() {
    this.#timer = setInterval(() => this.#sendDue(), TICK_MS);
  }

  add(shape: Shape, ssrc: number, connection: Connection): void {
    const srtp = connection.protector();
    this.#streams.add({ shape, ssrc, connection, srtp, sequenceNumber: 1, octets: 0, offset: ssrc % shape.everyTicks });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#streams.clear();
  }

  /** Timers come late: what is due is sent then. */
  #sendDue(): void {
    const due = Math.floor((performance.now() - this.#begun) / TICK_MS);
    for (; this.#ticks < due; this.#ticks++) {
      for (const stream of this.#streams) {
        this.#send(stream);
        this.#report(stream);
      }
    }
  }

  #send(stream: Stream): void {
    const { everyTicks, packetsPerTick } = stream.shape;
    if (this.#ticks % everyTicks !== stream.offset) return;
    const isKey = this.#ticks % (KEY_FRAME_MS / TICK_MS) < everyTicks;
    for (let index = 0; index < packetsPerTick; index++) {
      const packet = packetOf(stream, { tick: this.#ticks, index, isKey, wideNumber: stream.connection.sent++ });
      stream.connection.send(stream.srtp.protect(packet));
      stream.octets += stream.shape.size - HEADER;
    }
  }

  /** The SFU changes from one layer to another only where it knows how their clocks lie (RFC 3550 6.4.1). */
  #report(stream: Stream): void {
    if ((this.#ticks + stream.ssrc) % (REPORT_MS / TICK_MS) !== 0) return;
    stream.connection.send(stream.srtp.protectRtcp(senderReport(stream, this.#ticks, this.#begunAt)));
  }
}

interface Announced {
  /** Of the layers, or the one. */
  ssrcs: number[];
  rtpParameters: RtpParametersDictionary;
}

/** What is told of a camera when it is produced: all the layers that it may ever send. */
export function newCamera(): Announced {
  const encodings = ALLOWED.map((maxBitrate, layer) => ({ ssrc: nextSsrc++, rid: `r${layer}`, maxBitrate }));
  const ssrcs = encodings.map(({ ssrc }) => ssrc);
  return { ssrcs, rtpParameters: { codecs: [VIDEO], headerExtensions: [NUMBERED], encodings } };
}

export function newMicrophone(): Announced {
  const ssrc = nextSsrc++;
  return { ssrcs: [ssrc], rtpParameters: { codecs: [AUDIO], headerExtensions: [NUMBERED], encodings: [{ ssrc }] } };
}

function senderReport(stream: Stream, tick: number, begunAt: number): Buffer {
  const at = begunAt + tick * TICK_MS;
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(stream.ssrc, 4);
  report.writeUInt32BE(Math.floor(at / 1000) + NTP_EPOCH_S, 8);
  report.writeUInt32BE(Math.floor(((at % 1000) / 1000) * 2 ** 32), 12);
  report.writeUInt32BE(timestampOf(stream, tick), 16);
  report.writeUInt32BE(stream.sequenceNumber - 1, 20);
  report.writeUInt32BE(stream.octets, 24);
  return report;
}

function timestampOf({ shape }: Pick<Stream, 'shape'>, tick: number): number {
  const { clockRate } = shape.kind === 'video' ? VIDEO : AUDIO;
  return (tick * TICK_MS * (clockRate / 1000)) >>> 0;
}

export function packetOf(
  stream: Pick<Stream, 'shape' | 'ssrc' | 'sequenceNumber'>,
  { tick, index, isKey, wideNumber }: { tick: number; index: number; isKey: boolean; wideNumber: number },
): Buffer {
  const { kind, size, packetsPerTick } = stream.shape;
  const isVideo = kind === 'video';
  const { payloadType } = isVideo ? VIDEO : AUDIO;
  const packet = Buffer.alloc(size, tick & 0xff);
  packet[0] = 0x90;
  packet[1] = payloadType | (isVideo && index === packetsPerTick - 1 ? 0x80 : 0);
  packet.writeUInt16BE(stream.sequenceNumber++ & 0xffff, 2);
  packet.writeUInt32BE(timestampOf(stream, tick), 4);
  packet.writeUInt32BE(stream.ssrc, 8);
  packet.writeUInt32BE(0xbede0001, HEADER);
  packet.writeUInt32BE((((NUMBERED.id << 4) | 1) * 2 ** 24 + (wideNumber & 0xffff) * 2 ** 8) >>> 0, HEADER + 4);
  if (!isVideo) return packet;
  // RFC 7741 4.2: a partition begins; 4.3: bit 0 is clear in a key frame.
  packet[HEADER + EXTENSION] = index === 0 ? 0x10 : 0;
  packet[HEADER + EXTENSION + 1] = isKey ? 0 : 1;
  return packet;
}
