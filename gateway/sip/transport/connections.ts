/** The connections of one stream transport: framing, keep-alives, and bounds on how many there are and how long they dawdle. */
import type { Socket } from 'node:net';
import { createFramer } from './framing.ts';
import type { TransportOptions } from './transport.ts';
import type { Address } from './wire.ts';

/** Milliseconds, except where it says otherwise. */
const bounds = {
  /** How many at one time. */
  connections: 512,
  /** How many accepted from one address; a proxy or a NAT may have many codecs behind it. */
  perSource: 64,
  /** Until the first whole message or keep-alive. */
  first: 15_000,
  /** From the first octet of a message to its last, however busily they drip in. */
  unfinished: 30_000,
  /** Without anything at all; above the hour for which codecs register. */
  idle: 7_500_000,
  /** Unsent octets after which a peer that does not read is cut off. */
  unsent: 1_048_576,
};

export interface Connections {
  readonly size: number;
  /** True if one more of this address may be let in; makes room if need be. Ask before any handshake. */
  admits(socket: Socket): boolean;
  /** An accepted connection that is ready to be spoken on. */
  accept(socket: Socket): void;
  /** The standing connection to there. */
  find(peer: Address): Socket | undefined;
  /** On the standing connection, or on a new one. */
  send(text: string, to: Address): Promise<void>;
  /** After what was written. */
  close(): void;
}

interface Connection {
  socket: Socket;
  from: Address;
  lastHeard: number;
}

/** Owns every connection, the accepted and the opened ones. `open` connects, or rejects in bounded time. */
export function createConnections(options: TransportOptions, open: (to: Address) => Promise<Socket>): Connections {
  const connections = new Map<string, Connection>();
  const opening = new Map<string, Promise<Socket>>();
  const perSource = new Map<string, number>();
  let closed = false;

  function adopt(socket: Socket, from: Address): void {
    const key = keyOf(from);
    const connection = { socket, from, lastHeard: Date.now() };
    const former = connections.get(key);
    if (former) {
      former.socket.destroy();
      options.onGone(from);
    }
    connections.set(key, connection);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('error', (error) => options.onFault({ code: 'streamError', from, message: error.message }));
    const patience = createPatience(() => socket.destroy());
    socket.on('close', () => {
      patience.end();
      if (connections.get(key) !== connection) return;
      connections.delete(key);
      options.onGone(from);
    });
    listen(connection, patience);
  }

  function listen(connection: Connection, patience: Patience): void {
    const { socket, from } = connection;
    const framer = createFramer();
    patience.within(bounds.first);
    socket.on('data', (chunk) => {
      connection.lastHeard = Date.now();
      const wasPending = framer.pending > 0;
      const frames = framer.push(chunk);
      answerPings(socket, frames.filter(({ kind }) => kind === 'ping').length);
      for (const frame of frames) {
        if (!options.welcomes(from.ip)) return void socket.destroy();
        if (frame.kind === 'ping') continue;
        else if (frame.kind === 'message') options.onMessage(frame.bytes, from);
        else {
          options.onFault({ code: 'brokenStream', from });
          if (frame.bytes.length > 0) options.onMessage(frame.bytes, from); // its own check answers 400 or 513
          socket.end();
          return patience.within(1_000);
        }
      }
      if (framer.pending > 0 && (frames.length > 0 || !wasPending)) patience.within(bounds.unfinished);
      else if (frames.length > 0) patience.within(bounds.idle);
    });
  }

  /** The one that has been silent for longest gives way, unless its peer has a call or a registration. */
  function makeRoom(): boolean {
    const [eldest] = [...connections.values()]
      .filter(({ from }) => !options.isKnown(from.ip))
      .sort((one, other) => one.lastHeard - other.lastHeard);
    eldest?.socket.destroy();
    if (eldest) {
      connections.delete(keyOf(eldest.from));
      options.onGone(eldest.from);
    }
    return eldest !== undefined;
  }

  async function connectionTo(to: Address): Promise<Socket> {
    const key = keyOf(to);
    const pending = opening.get(key) ?? open(to).finally(() => opening.delete(key));
    opening.set(key, pending);
    const socket = await pending;
    if (closed) socket.destroy();
    else if (connections.get(key)?.socket !== socket) adopt(socket, to);
    return socket;
  }

  const find = (peer: Address): Socket | undefined => {
    const socket = connections.get(keyOf(peer))?.socket;
    return socket?.writable ? socket : undefined;
  };

  return {
    get size() {
      return connections.size;
    },
    admits(socket) {
      const ip = socket.remoteAddress;
      if (ip === undefined || closed || !options.welcomes(ip)) return false;
      const count = perSource.get(ip) ?? 0;
      if (count >= bounds.perSource || (connections.size >= bounds.connections && !makeRoom())) return false;
      perSource.set(ip, count + 1);
      socket.once('close', () => {
        const left = (perSource.get(ip) ?? 1) - 1;
        if (left > 0) perSource.set(ip, left);
        else perSource.delete(ip);
      });
      return true;
    },
    accept(socket) {
      const { remoteAddress: ip, remotePort: port } = socket;
      if (ip !== undefined && port !== undefined && !closed) adopt(socket, { ip, port });
      else socket.destroy();
    },
    find,
    async send(text, to) {
      if (closed) throw new Error('transport is closed');
      const socket = find(to) ?? (await connectionTo(to)); // no wait on a standing one: no change of order
      if (socket.writableLength > bounds.unsent) socket.destroy(new Error('peer does not read'));
      await new Promise<void>((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve())));
    },
    close() {
      closed = true;
      for (const { socket } of connections.values()) socket.destroySoon();
    },
  };
}

/** In one write for all: a peer that sends nothing else and reads nothing must not fill our memory. */
function answerPings(socket: Socket, count: number): void {
  if (count === 0) return;
  if (socket.writableLength > bounds.unsent) socket.destroy(new Error('peer does not read'));
  else socket.write('\r\n'.repeat(count));
}

interface Patience {
  within(ms: number): void;
  end(): void;
}

/** One timer that is always the latest bound. */
function createPatience(lose: () => void): Patience {
  let timer: NodeJS.Timeout | undefined;
  return {
    within(ms) {
      clearTimeout(timer);
      timer = setTimeout(lose, ms);
    },
    end: () => clearTimeout(timer),
  };
}

const keyOf = ({ ip, port }: Address): string => `${ip} ${port}`;
