/** BFCP over UDP (RFC 8855 6.2). Answers go to where the endpoint speaks from, which behind a NAT is not what its SDP says. */
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { type Address, bindInRange, type Link, type LinkOptions } from './link.ts';

/** Binds; rejects if no port of the range is free. */
export async function openUdpLink(options: LinkOptions): Promise<Link> {
  const socket = await bindInRange(options.bind, (port) => bindSocket(options.bind.ip, port));
  let signalled: Address | undefined;
  let heard: Address | undefined;
  let closed = false;

  function isAccepted(from: Address, message: Buffer): boolean {
    if (from.ip === heard?.ip && from.port === heard.port) return true;
    if (from.ip === signalled?.ip) return true;
    // A stranger is believed only until the endpoint itself is heard; the NAT may change its port later.
    return (heard === undefined || heard.ip === from.ip) && options.isOurs(message);
  }

  socket.on('error', (error) => options.onFault({ code: 'udpError', message: error.message }));
  socket.on('message', (bytes, { address, port }) => {
    const from = { ip: address, port };
    if (!isAccepted(from, bytes)) return;
    // From the right host, but not about our conference: answered there, yet no reason to speak to it from now on.
    if (heard === undefined || options.isOurs(bytes)) heard = from;
    options.onMessage(bytes);
  });

  return {
    port: socket.address().port,
    send(bytes) {
      const to = heard ?? signalled;
      if (closed || !to) return;
      socket.send(bytes, to.port, to.ip, (error) => {
        if (error && !closed) options.onFault({ code: 'udpError', message: error.message });
      });
    },
    connect(remote) {
      const hasMoved = signalled !== undefined && (signalled.ip !== remote.ip || signalled.port !== remote.port);
      signalled = remote;
      if (hasMoved) heard = undefined; // a re-INVITE said so
    },
    close: () =>
      new Promise((resolve) => {
        if (closed) return resolve();
        closed = true;
        socket.close(() => resolve());
      }),
  };
}

function bindSocket(ip: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: isIP(ip) === 6 ? 'udp6' : 'udp4' });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, ip, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
