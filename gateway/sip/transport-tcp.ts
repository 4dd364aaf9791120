/** SIP over TCP: framing, keep-alives, and one connection per peer that serves both directions (RFC 3261 §18, RFC 5626). */
import { connect, createServer, type Socket } from 'node:net';
import { createFramer } from './framing.ts';
import type { Transport, TransportOptions } from './transport.ts';
import type { Address } from './wire.ts';

const bounds = {
  connections: 512,
  /** A peer that stops in the middle of a message is cut off after this. Milliseconds. */
  unfinishedMs: 30_000,
  connectMs: 5_000,
  /** Unsent octets after which a peer that does not read is cut off. */
  unsent: 1_048_576,
};

/** Listens; rejects if the port is taken. Owns every connection, the accepted and the opened ones. */
export async function bindTcp(options: TransportOptions): Promise<Transport> {
  const connections = new Map<string, Socket>();
  const opening = new Map<string, Promise<Socket>>();
  let closed = false;

  function adopt(socket: Socket, from: Address): void {
    const key = keyOf(from);
    const framer = createFramer();
    connections.set(key, socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('timeout', () => socket.destroy());
    socket.on('error', (error) => options.onFault({ code: 'tcpError', from, message: error.message }));
    socket.on('close', () => {
      if (connections.get(key) === socket) connections.delete(key);
    });
    socket.on('data', (chunk) => {
      for (const frame of framer.push(chunk)) {
        if (frame.kind === 'ping') socket.write('\r\n');
        else if (frame.kind === 'message') options.onMessage(frame.bytes, from);
        else {
          options.onFault({ code: 'brokenStream', from });
          if (frame.bytes.length > 0) options.onMessage(frame.bytes, from); // its own check answers 400 or 513
          socket.end();
          socket.setTimeout(1_000);
          return;
        }
      }
      socket.setTimeout(framer.pending > 0 ? bounds.unfinishedMs : 0);
    });
  }

  const server = createServer((socket) => {
    const { remoteAddress: ip, remotePort: port } = socket;
    if (ip !== undefined && port !== undefined) adopt(socket, { ip, port });
    else socket.destroy();
  });
  server.maxConnections = bounds.connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.onFault({ code: 'tcpError', message: error.message }));

  async function connectionTo(to: Address): Promise<Socket> {
    const key = keyOf(to);
    const pending = opening.get(key) ?? open(to).finally(() => opening.delete(key));
    opening.set(key, pending);
    const socket = await pending;
    if (closed) socket.destroy();
    else if (connections.get(key) !== socket) adopt(socket, to);
    return socket;
  }

  const bound = server.address();
  return {
    protocol: 'TCP',
    reliable: true,
    port: bound !== null && typeof bound === 'object' ? bound.port : options.port,
    reaches: (to) => connections.get(keyOf(to))?.writable ?? false,
    async send(text, to) {
      if (closed) throw new Error('transport is closed');
      const standing = connections.get(keyOf(to));
      const socket = standing?.writable ? standing : await connectionTo(to); // no wait, no change of order
      if (socket.writableLength > bounds.unsent) socket.destroy(new Error('peer does not read'));
      await new Promise<void>((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve())));
    },
    close: () =>
      new Promise((resolve) => {
        if (closed) return resolve();
        closed = true;
        server.close(() => resolve());
        for (const socket of connections.values()) socket.destroySoon(); // after what was written
      }),
  };
}

function open(to: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to.port, to.ip);
    const giveUp = setTimeout(() => socket.destroy(new Error('no connection in time')), bounds.connectMs);
    socket.once('error', (error) => {
      clearTimeout(giveUp);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(giveUp);
      socket.removeAllListeners('error');
      socket.on('error', () => socket.destroy()); // until its owner has adopted it
      resolve(socket);
    });
  });
}

const keyOf = ({ ip, port }: Address): string => `${ip} ${port}`;
