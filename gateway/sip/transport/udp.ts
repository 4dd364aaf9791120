/** SIP over UDP: one datagram is one message (RFC 3261 §18). */
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Transport, TransportOptions } from './transport.ts';

/** Binds; rejects if the port is taken. */
export async function bindUdp(options: TransportOptions): Promise<Transport> {
  const socket = createSocket(isIP(options.host) === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port, options.host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  let closed = false;
  socket.on('error', (error) => options.onFault({ code: 'udpError', message: error.message }));
  socket.on('message', (bytes, { address, port }) => options.onMessage(bytes, { ip: address, port }));
  return {
    protocol: 'UDP',
    reliable: false,
    port: socket.address().port,
    connections: 0,
    reaches: () => true,
    certificateOf: () => undefined,
    send: (text, to) =>
      new Promise((resolve, reject) => {
        if (closed) reject(new Error('transport is closed'));
        else socket.send(text, to.port, to.ip, (error) => (error ? reject(error) : resolve()));
      }),
    close: () =>
      new Promise((resolve) => {
        if (closed) return resolve();
        closed = true;
        socket.close(() => resolve());
      }),
  };
}
