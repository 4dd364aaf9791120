import { randomBytes, randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { RtpParametersDictionary } from '../protocol/media.ts';

const PAYLOAD_TYPE = 101;
const CLOCK_RATE = 90_000;
/** Often enough that no burst is longer than a line of 64 kbit/s takes half a second for. */
const TICK_MS = 10;
const HEADER_BYTES = 12;
/** Of IP, UDP and SRTP, which count on a line. */
const OVERHEAD_BYTES = 38;
/**
 * A whole key frame of 16×16 grey points behind its payload descriptor (RFC 7741 4.2, 4.3): each packet is one, filled up with
 * what no decoder reads. So it passes wherever a picture passes, and costs nothing to decode.
 */
const VP8_PICTURE = Buffer.from('101002009d012a100010000047088585889984880202000c0d6000fec3e000', 'hex');

/**
 * Sends packets at a wanted rate into a plain transport of this machine: what a line test measures on the way down. To its
 * receiver they are an ordinary picture stream. Whoever opens it closes it.
 */
export class TestSource {
  readonly #ssrc = randomInt(1, 0xffff_ffff);
  readonly #socket: Socket = createSocket('udp4');
  readonly #timer: NodeJS.Timeout;
  #target: { ip: string; port: number } | undefined;
  #packetBytes = 300;
  #kbps = 0;
  #owedBits = 0;
  #lastTick = performance.now();
  #sequence = randomInt(0, 0x8000);

  constructor() {
    this.#socket.on('error', () => this.close());
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get rtpParameters(): RtpParametersDictionary {
    return {
      codecs: [{ mimeType: 'video/VP8', payloadType: PAYLOAD_TYPE, clockRate: CLOCK_RATE, rtcpFeedback: [] }],
      encodings: [{ ssrc: this.#ssrc }],
      rtcp: { cname: 'line-test', reducedSize: true },
    };
  }

  sendTo(ip: string, port: number): void {
    this.#target = { ip, port };
  }

  /** @param packetBytes on the line; small ones make shares of few packets exact, large ones a high rate cheap */
  send(kbps: number, packetBytes: number): void {
    this.#kbps = kbps;
    this.#packetBytes = packetBytes;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#target = undefined;
    try {
      this.#socket.close();
    } catch {
      // Closed by its own error.
    }
  }

  #tick(): void {
    const now = performance.now();
    // A loop that was blocked does not make up for it by a burst.
    this.#owedBits += this.#kbps * Math.min(50, now - this.#lastTick);
    this.#lastTick = now;
    const bits = this.#packetBytes * 8;
    for (; this.#owedBits >= bits; this.#owedBits -= bits) this.#packet(now);
  }

  #packet(now: number): void {
    if (!this.#target) return;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packet = randomBytes(Math.max(HEADER_BYTES + VP8_PICTURE.length, this.#packetBytes - OVERHEAD_BYTES));
    packet.set([0x80, 0x80 | PAYLOAD_TYPE]);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(Math.round(now * (CLOCK_RATE / 1000)) >>> 0, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    packet.set(VP8_PICTURE, HEADER_BYTES);
    // What does not leave is lost on the way, which is what is measured.
    this.#socket.send(packet, this.#target.port, this.#target.ip, () => undefined);
  }
}
