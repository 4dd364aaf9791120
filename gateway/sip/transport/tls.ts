/** SIP over TLS (RFC 3261 §26.3.1). Both sides show their certificates; what they prove is for those above. */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect, createServer, TLSSocket } from 'node:tls';
import type { TlsSettings } from '../settings.ts';
import { certificateFrom } from './certificate.ts';
import { createConnections } from './connections.ts';
import { closeBoth, listen, mark, openTcp } from './tcp.ts';
import type { Transport, TransportOptions } from './transport.ts';
import type { Address } from './wire.ts';

/** A peer that dawdles in the handshake is cut off after this. Milliseconds. */
const handshakeMs = 10_000;

/** What binds a TLS transport with this certificate; rejects if the port is taken or the certificate is none. */
export function bindTls(settings: TlsSettings): (options: TransportOptions) => Promise<Transport> {
  return async (options) => {
    const { cert, key, ca } = settings;
    const connections = createConnections(options, (to) => openTls(to, settings, options));
    const server = createServer(
      {
        cert,
        key,
        ...(ca === undefined ? {} : { ca }),
        requestCert: true,
        rejectUnauthorized: false, // a codec's own certificate is known by its fingerprint
        handshakeTimeout: handshakeMs,
      },
      (socket) => {
        socket.on('error', () => socket.destroy());
        connections.accept(socket);
      },
    );
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => socket.destroy());
      if (connections.admits(socket)) mark(socket, options.typeOfService);
      else socket.destroy();
    });
    server.on('tlsClientError', (error, socket) => {
      options.onFault({ code: 'tlsError', message: error.message });
      socket.destroy();
    });
    const port = await listen(server, options);
    return {
      protocol: 'TLS',
      reliable: true,
      port,
      get connections() {
        return connections.size;
      },
      reaches: (to) => connections.find(to) !== undefined,
      certificateOf(peer) {
        const socket = connections.find(peer);
        if (!(socket instanceof TLSSocket)) return undefined;
        return certificateFrom(socket.getPeerCertificate(), ca !== undefined && socket.authorized);
      },
      send: (text, to) => connections.send(text, to),
      close: () => closeBoth(server, () => connections.close()),
    };
  };
}

/** With a CA the server's certificate must be signed by it and bear the name that was called (RFC 5922 §7.2). */
async function openTls(to: Address, { cert, key, ca }: TlsSettings, options: TransportOptions): Promise<TLSSocket> {
  const raw = await openTcp(to, options);
  const name = to.name ?? to.ip;
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: raw,
      cert,
      key,
      ...(ca === undefined ? { rejectUnauthorized: false } : { ca, rejectUnauthorized: true }),
      ...(isIP(name) === 0 ? { servername: name } : { host: name }),
    });
    const giveUp = setTimeout(() => socket.destroy(new Error('no TLS handshake in time')), handshakeMs);
    socket.on('error', (error) => {
      clearTimeout(giveUp);
      reject(error);
    });
    socket.once('secureConnect', () => {
      clearTimeout(giveUp);
      resolve(socket);
    });
  });
}
