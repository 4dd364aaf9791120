/** SIP over TCP: one connection per peer that serves both directions (RFC 3261 §18, RFC 5626). */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createConnections } from './connections.ts';
import type { Transport, TransportOptions } from './transport.ts';
import type { Address } from './wire.ts';

const connectMs = 5_000;

/** Listens; rejects if the port is taken. Owns every connection, the accepted and the opened ones. */
export async function bindTcp(options: TransportOptions): Promise<Transport> {
  const connections = createConnections(options, (to) => openTcp(to, options));
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (!connections.admits(socket)) return void socket.destroy();
    mark(socket, options.typeOfService);
    connections.accept(socket);
  });
  const port = await listen(server, options);
  return {
    protocol: 'TCP',
    reliable: true,
    port,
    get connections() {
      return connections.size;
    },
    reaches: (to) => connections.find(to) !== undefined,
    certificateOf: () => undefined,
    send: (text, to) => connections.send(text, to),
    close: () => closeBoth(server, () => connections.close()),
  };
}

/** Listens on the host and port of the options and answers with the port that it got. */
export async function listen(server: Server, options: TransportOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, ipv6Only: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.onFault({ code: 'streamError', message: error.message }));
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : options.port;
}

/** Resolves when the server and all that it had accepted are closed. */
export function closeBoth(server: Server, closeConnections: () => void): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
    closeConnections();
  });
}

/** A connected socket, or a rejection in bounded time. Its new owner adds its own listener for errors. */
export function openTcp(to: Address, { host, typeOfService }: TransportOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // From the address that we listen on: a peer may know us by it.
    const from = host === '0.0.0.0' || host === '::' ? {} : { localAddress: host };
    const socket = connect({ port: to.port, host: to.ip, ...from });
    const giveUp = setTimeout(() => socket.destroy(new Error('no connection in time')), connectMs);
    socket.on('error', (error) => {
      clearTimeout(giveUp);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(giveUp);
      mark(socket, typeOfService);
      resolve(socket);
    });
  });
}

/** DSCP on a socket of ours. A system that forbids it is no reason to refuse a call. */
export function mark(socket: Socket, typeOfService: number): void {
  if (typeOfService === 0) return;
  try {
    socket.setTypeOfService(typeOfService);
  } catch {
    // the connection works without
  }
}
