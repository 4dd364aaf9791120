/**
 * BFCP over TCP (RFC 8855 6.1): one connection, opened by us or by the endpoint as their SDP says (RFC 4145). Whoever is to open
 * it opens it anew when it breaks.
 */
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { mark } from '../transport/tcp.ts';
import { createFramer } from './framing.ts';
import { type Address, bindInRange, type Link, type LinkOptions } from './link.ts';

/** The octet of CS3 (RFC 4594 4.6). */
const signallingClass = 0x60;

const bounds = {
  /** Connections at one time; all but one are on trial. */
  connections: 4,
  /** Milliseconds for a connection on trial to say something of ours, and for ours to be accepted. */
  trialMs: 10_000,
  /** Milliseconds before a broken connection is opened anew; doubled up to the second one. */
  redialMs: 1_000,
  longestRedialMs: 30_000,
  /** Milliseconds for the last words to a peer that does not read. */
  farewellMs: 500,
  /** Unsent octets after which a peer that does not read is cut off. */
  unsent: 65_536,
};

/** Listens from the beginning, since an offer of `actpass` must name a port; rejects if no port of the range is free. */
export async function openTcpLink(options: LinkOptions): Promise<Link> {
  const server = await bindInRange(options.bind, (port) => listen(options.bind.ip, port));
  const link = new TcpLink(server, options);
  return {
    port: link.port,
    send: (bytes) => link.send(bytes),
    connect: (remote, setup) => link.connect(remote, setup),
    close: () => link.close(),
  };
}

class TcpLink {
  readonly port: number;
  readonly #server: Server;
  readonly #options: LinkOptions;
  readonly #sockets = new Set<Socket>();
  /** The endpoint's. */
  #current: Socket | undefined;
  #remote: Address | undefined;
  /** Set while it is our part to open the connection. */
  #redial: { timer: NodeJS.Timeout | undefined; delay: number } | undefined;
  #closed = false;

  constructor(server: Server, options: LinkOptions) {
    this.#server = server;
    this.#options = options;
    const address = server.address();
    this.port = address !== null && typeof address === 'object' ? address.port : 0;
    server.on('error', (error) => options.onFault({ code: 'tcpError', message: error.message }));
    server.on('connection', (socket) => {
      mark(socket, signallingClass);
      this.#makeRoom();
      this.#attend(socket);
      this.#welcome(socket);
    });
  }

  send(bytes: Buffer): void {
    const socket = this.#current;
    if (!socket?.writable) return;
    socket.write(bytes);
    if (socket.writableLength > bounds.unsent) socket.destroy();
  }

  connect(remote: Address, setup: 'active' | 'passive'): void {
    const hasMoved = this.#remote?.ip !== remote.ip || this.#remote.port !== remote.port;
    this.#remote = remote;
    if (setup === 'active' && this.#redial && !hasMoved) return;
    this.#stopDialling();
    for (const socket of this.#sockets) this.#welcome(socket); // the endpoint may have been quicker than its SDP
    if (setup === 'passive') return;
    this.#redial = { timer: undefined, delay: bounds.redialMs };
    this.#dial();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopDialling();
    const gone = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    for (const socket of this.#sockets) socket.destroySoon(); // after what was written
    const patience = setTimeout(() => this.#sockets.forEach((socket) => void socket.destroy()), bounds.farewellMs);
    await Promise.all([...gone, new Promise<void>((resolve) => this.#server.close(() => resolve()))]);
    clearTimeout(patience);
  }

  /** Takes the connection without a word from it: the host is the right one, or any will do because we are to speak first. */
  #welcome(socket: Socket): void {
    if (this.#current || !this.#remote || socket.readyState !== 'open') return;
    if (socket.remoteAddress === this.#remote.ip || this.#options.speaksFirst) this.#adopt(socket);
  }

  /** The one that has been on trial for longest goes: strangers who say nothing must not keep the endpoint out. */
  #makeRoom(): void {
    if (this.#sockets.size < bounds.connections) return;
    const eldest = [...this.#sockets].find((socket) => socket !== this.#current && !socket.connecting);
    if (!eldest) return;
    eldest.destroy();
    this.#sockets.delete(eldest);
  }

  #stopDialling(): void {
    clearTimeout(this.#redial?.timer);
    this.#redial = undefined;
  }

  #dial(): void {
    if (!this.#remote || this.#closed) return;
    const socket = dial({ host: this.#remote.ip, port: this.#remote.port, localAddress: this.#options.bind.ip });
    socket.once('connect', () => {
      mark(socket, signallingClass);
      if (this.#redial) this.#redial.delay = bounds.redialMs;
      this.#adopt(socket);
    });
    this.#attend(socket);
    socket.on('close', () => this.#dialLater());
  }

  #dialLater(): void {
    const redial = this.#redial;
    if (!redial || this.#closed || this.#current) return;
    clearTimeout(redial.timer);
    redial.timer = setTimeout(() => this.#dial(), redial.delay);
    redial.delay = Math.min(redial.delay * 2, bounds.longestRedialMs);
  }

  #attend(socket: Socket): void {
    const framer = createFramer();
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.setTimeout(bounds.trialMs, () => socket.destroy());
    socket.on('error', (error) => this.#options.onFault({ code: 'tcpError', message: error.message }));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#current !== socket) return;
      this.#current = undefined;
      if (!this.#closed) this.#options.onDisconnected();
    });
    socket.on('data', (chunk) => {
      const messages = framer.push(chunk);
      if (!messages) socket.destroy();
      for (const message of messages ?? []) this.#receive(socket, message);
    });
  }

  #receive(socket: Socket, message: Buffer): void {
    if (this.#closed || socket.destroyed) return;
    if (this.#current !== socket) {
      if (socket.remoteAddress !== this.#remote?.ip && !this.#options.isOurs(message)) return void socket.destroy();
      this.#adopt(socket);
    }
    this.#options.onMessage(message);
  }

  /** The newest connection counts: the endpoint opens one when its old one is dead, which it may know long before us. */
  #adopt(socket: Socket): void {
    const old = this.#current;
    this.#current = socket;
    socket.setTimeout(0);
    if (old) {
      old.destroy();
      this.#options.onDisconnected();
    }
    this.#options.onConnected();
  }
}

function listen(ip: string, port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ip, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
