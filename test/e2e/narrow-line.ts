/** A line between browsers and the media port that bears so much, is so late and loses so much. Loopback only. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface Way {
  /** Absent: as much as comes. */
  kbps?: number;
  delayMs?: number;
  /** Share of the packets, 0 to 1. */
  loss?: number;
}

/** What browsers are told (`ROSTRUM_ANNOUNCED_ADDRESS`): every packet to it passes here. */
export const LINE_ADDRESS = '127.0.0.2';
const SERVER = '127.0.0.1';
/** So much waits before it; what comes on top is lost, as in a router. */
const BUFFER_MS = 300;
const HEADER_BYTES = 28;

export class NarrowLine {
  up: Way = {};
  down: Way = {};
  readonly #outside: Socket = createSocket('udp4');
  /** By the browser's address: each is somebody else to the server. */
  readonly #inside = new Map<string, Promise<Socket>>();
  /** Until when what waits takes, ms. */
  readonly #busyUntil = { up: 0, down: 0 };

  /** In the place of the media port of this number. */
  static async open(port: number): Promise<NarrowLine> {
    const line = new NarrowLine();
    line.#outside.bind(port, LINE_ADDRESS);
    await once(line.#outside, 'listening');
    line.#outside.on('message', (bytes, from) => {
      void line.#socketFor(from).then((socket) => {
        line.#pass('up', bytes.length, () => socket.send(bytes, port, SERVER, () => undefined));
      });
    });
    return line;
  }

  async close(): Promise<void> {
    this.#outside.close();
    for (const socket of this.#inside.values()) (await socket).close();
  }

  #socketFor({ address, port }: RemoteInfo): Promise<Socket> {
    const key = `${address}:${port}`;
    const known = this.#inside.get(key);
    if (known) return known;
    const socket = createSocket('udp4');
    socket.on('message', (bytes) => {
      this.#pass('down', bytes.length, () => this.#outside.send(bytes, port, address, () => undefined));
    });
    socket.bind(0, SERVER);
    const bound = once(socket, 'listening').then(() => socket);
    this.#inside.set(key, bound);
    return bound;
  }

  #pass(direction: 'up' | 'down', bytes: number, go: () => void): void {
    const { kbps, delayMs = 0, loss = 0 } = this[direction];
    if (Math.random() < loss) return;
    const now = performance.now();
    const takes = kbps === undefined ? 0 : ((bytes + HEADER_BYTES) * 8) / kbps;
    const begins = Math.max(now, this.#busyUntil[direction]);
    if (begins - now > BUFFER_MS) return;
    this.#busyUntil[direction] = begins + takes;
    setTimeout(go, begins + takes + delayMs - now);
  }
}
