/** One RTP stream each way between a light codec and the gateway, and what its line does to it. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Clip, renumbered } from './rtp-clips.ts';

/** What a line does to each packet, in both directions; parts are from 0 to 1. */
export interface Weather {
  loss?: number;
  /** Each packet is late by up to so much; packets overtake each other then. */
  jitterMs?: number;
  /** That a packet comes behind the next one. */
  reordered?: number;
  /** Nothing gets through. */
  cut?: boolean;
}

export interface Heard {
  packets: number;
  /** Marked last of a picture, or first of a talkspurt (RFC 3550 5.1). */
  markers: number;
  keyFrames: number;
  ssrcs: Set<number>;
  /** `performance.now()` of the last packet. */
  lastAt: number;
  /** The last ones, headers taken off. */
  payloads: Buffer[];
}

const KEPT_PAYLOADS = 50;
const TICK_MS = 20;
const REPORT_MS = 1000;
const NTP_EPOCH = 2_208_988_800;
const address = '127.0.0.1';

/** Binds an even port and the next one (RFC 3550 11). */
async function bindPair(): Promise<{ rtp: Socket; rtcp: Socket }> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 50_000 + 2 * Math.floor(Math.random() * 5_000);
    const rtp = await tryBind(port);
    const rtcp = rtp && (await tryBind(port + 1));
    if (rtp && rtcp) return { rtp, rtcp };
    rtp?.close();
  }
  throw new Error('no free pair of ports');
}

async function tryBind(port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1_000_000 });
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}

/** Sends its clip from `start` to `close`, reports on it (RFC 3550 6.4.1), begins it anew when asked for a key frame. */
export class LightLine {
  readonly heard: Heard = { packets: 0, markers: 0, keyFrames: 0, ssrcs: new Set(), lastAt: 0, payloads: [] };
  readonly ssrc = 1 + Math.floor(Math.random() * 0xfffffffe);
  weather: Weather = {};
  /** Of a codec that is held or has no camera: it reports, but sends nothing. */
  quiet = false;
  sent = 0;
  /** Told of each packet as it is received, and of each that is sent: its time in the clip, in clock units. */
  observer: { received?(bytes: Buffer): void; sent?(at: number): void } = {};
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  #clip: Clip;
  #payloadType = 0;
  #remote: { ip: string; port: number; rtcpPort: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #late = new Set<NodeJS.Timeout>();
  #sequence = Math.floor(Math.random() * 0xffff);
  #base = Math.floor(Math.random() * 0xffffffff);
  #begun = 0;
  #next = 0;
  #octets = 0;
  #reportedAt = 0;
  #closed = false;

  private constructor(rtp: Socket, rtcp: Socket, clip: Clip) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#clip = clip;
    rtp.on('message', (bytes) => this.#through(() => this.#hear(bytes)));
    rtcp.on('message', (bytes) => this.#through(() => this.#hearReport(bytes)));
  }

  static async open(clip: Clip): Promise<LightLine> {
    const { rtp, rtcp } = await bindPair();
    return new LightLine(rtp, rtcp, clip);
  }

  get port(): number {
    return this.#rtp.address().port;
  }

  /** Where to and as what; again with each agreement. `clip` replaces what was sent. */
  start(remote: { ip: string; port: number; rtcpPort: number }, payloadType: number, clip = this.#clip): void {
    this.#remote = remote;
    this.#payloadType = payloadType;
    if (clip !== this.#clip) {
      this.#clip = clip;
      this.#restart();
    }
    if (this.#timer || this.#closed) return;
    this.#begun = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Bytes of a test's own making, from this line's port. */
  sendRaw(bytes: Buffer): void {
    const remote = this.#remote;
    if (remote && !this.#closed) this.#rtp.send(bytes, remote.port, remote.ip);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    for (const timer of this.#late) clearTimeout(timer);
    this.#rtp.close();
    this.#rtcp.close();
  }

  #restart(): void {
    this.#base += this.#now();
    this.#begun = performance.now();
    this.#next = 0;
  }

  /** Clock units since the clip's beginning. */
  #now(): number {
    return Math.round(((performance.now() - this.#begun) / 1000) * this.#clip.clockRate);
  }

  #tick(): void {
    if (this.#now() >= this.#clip.length) {
      this.#sendDue(Number.POSITIVE_INFINITY);
      this.#base += this.#clip.length;
      this.#begun += (this.#clip.length / this.#clip.clockRate) * 1000;
      this.#next = 0;
    }
    this.#sendDue(this.#now());
    if (performance.now() - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = performance.now();
    this.#report();
  }

  #sendDue(until: number): void {
    const { packets } = this.#clip;
    for (let packet = packets[this.#next]; packet && packet.at <= until; packet = packets[this.#next]) {
      this.#next += 1;
      if (this.quiet) continue;
      this.#sequence += 1;
      this.sent += 1;
      this.#octets += packet.bytes.length - 12;
      const numbers = {
        ssrc: this.ssrc,
        payloadType: this.#payloadType,
        sequence: this.#sequence,
        timestamp: this.#base + packet.at,
      };
      const bytes = renumbered(packet.bytes, numbers);
      this.#through(() => this.sendRaw(bytes));
      this.observer.sent?.(packet.at);
    }
  }

  #report(): void {
    const report = Buffer.alloc(28);
    report.writeUInt32BE(0x80c80006, 0);
    report.writeUInt32BE(this.ssrc, 4);
    const now = Date.now() / 1000 + NTP_EPOCH;
    report.writeUInt32BE(Math.floor(now) >>> 0, 8);
    report.writeUInt32BE(Math.floor((now % 1) * 2 ** 32) >>> 0, 12);
    report.writeUInt32BE((this.#base + this.#now()) >>> 0, 16);
    report.writeUInt32BE(this.sent >>> 0, 20);
    report.writeUInt32BE(this.#octets >>> 0, 24);
    this.#through(() => {
      const remote = this.#remote;
      if (remote && !this.#closed) this.#rtcp.send(report, remote.rtcpPort, remote.ip);
    });
  }

  #hear(bytes: Buffer): void {
    if (bytes.length < 12) return;
    this.observer.received?.(bytes);
    const { heard } = this;
    heard.packets += 1;
    heard.lastAt = performance.now();
    heard.ssrcs.add(bytes.readUInt32BE(8));
    if ((bytes[1] ?? 0) & 0x80) heard.markers += 1;
    const payload = bytes.subarray(12);
    if (beginsKeyFrame(payload)) heard.keyFrames += 1;
    heard.payloads.push(payload);
    if (heard.payloads.length > KEPT_PAYLOADS) heard.payloads.shift();
  }

  /** PLI or FIR (RFC 4585 6.3.1, RFC 5104 4.3.1). */
  #hearReport(bytes: Buffer): void {
    for (let at = 0; at + 4 <= bytes.length; at += 4 * (bytes.readUInt16BE(at + 2) + 1)) {
      const format = (bytes[at] ?? 0) & 31;
      if (bytes[at + 1] === 206 && (format === 1 || format === 4)) this.#restart();
    }
  }

  #through(pass: () => void): void {
    const { loss = 0, jitterMs = 0, reordered = 0, cut } = this.weather;
    if (cut || Math.random() < loss || this.#closed) return;
    const delay = Math.random() * jitterMs + (Math.random() < reordered ? 25 : 0);
    if (delay === 0) {
      pass();
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      if (!this.#closed) pass();
    }, delay);
    this.#late.add(timer);
  }
}

/** Of H.264: an IDR slice, or the first fragment of one (RFC 6184 5.8). */
function beginsKeyFrame(payload: Buffer): boolean {
  const type = (payload[0] ?? 0) & 31;
  return type === 5 || (type === 28 && ((payload[1] ?? 0) & 0x9f) === 0x85);
}
