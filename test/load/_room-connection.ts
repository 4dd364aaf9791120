/** A browser's end of one transport: ICE, DTLS and SRTP (RFC 8445, 5764, 7714), so that the SFU does for it what it does for one. */
import { execFile, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import type { types } from 'mediasoup';
import { type SrtpContext, srtpContext } from '../integration/srtp.ts';

const SUITE = 'AEAD_AES_256_GCM';
const SIZE = { key: 32, salt: 12 };
/** The SFU takes a silent path for lost after 30 s (RFC 7675 5.1). */
const CONSENT_MS = 5_000;
const RETRY_MS = 500;
const MAGIC_COOKIE = 0x2112a442;

/** Shared by all: who is who does not matter here. */
export interface Certificate {
  file: string;
  fingerprint: { algorithm: 'sha-256'; value: string };
}

export async function makeCertificate(folder: string): Promise<Certificate> {
  const file = join(folder, 'site.pem');
  const run = promisify(execFile);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', file];
  await run('openssl', ['req', '-x509', ...key, '-nodes', '-subj', '/CN=site', '-days', '2', '-out', `${file}.crt`]);
  const { stdout } = await run('openssl', ['x509', '-in', `${file}.crt`, '-noout', '-fingerprint', '-sha256']);
  return { file, fingerprint: { algorithm: 'sha-256', value: stdout.trim().split('=')[1] ?? '' } };
}

export interface Remote {
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
}

export class Connection {
  /** Of everything that came and was no control. */
  received = 0;
  /** Packets that are numbered over all streams. */
  sent = 0;
  /** Told of every packet that came, protected as it is: its header can be read. */
  onRtp: (packet: Buffer) => void = () => undefined;
  readonly #socket: Socket;
  readonly #to: { ip: string; port: number };
  readonly #ice: types.IceParameters;
  readonly #ufrag = randomBytes(4).toString('hex');
  readonly #tiebreaker = randomBytes(8);
  #key = '';
  #consent: NodeJS.Timeout | undefined;
  #onDtls: (bytes: Buffer) => void = () => undefined;
  #onStun: () => void = () => undefined;

  private constructor(socket: Socket, { iceParameters, iceCandidates }: Remote) {
    const candidate = iceCandidates.find(({ protocol }) => protocol === 'udp');
    if (!candidate) throw new Error('no candidate by UDP');
    this.#socket = socket;
    this.#to = { ip: candidate.address, port: candidate.port };
    this.#ice = iceParameters;
    socket.on('message', (bytes) => this.#take(bytes));
  }

  /** Resolves when it carries media. `connect` tells the server our fingerprint. */
  static async open(remote: Remote, certificate: Certificate): Promise<Connection> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1_000_000 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const connection = new Connection(socket, remote);
    await connection.#beHeard();
    connection.#consent = setInterval(() => connection.#check(), CONSENT_MS);
    connection.#key = await connection.#shakeHands(certificate);
    return connection;
  }

  /** Of one stream: each counts its own packets. */
  protector(): SrtpContext {
    return srtpContext({ suite: SUITE, key: this.#key });
  }

  send(bytes: Buffer): void {
    this.#socket.send(bytes, this.#to.port, this.#to.ip);
  }

  close(): void {
    clearInterval(this.#consent);
    this.#socket.close();
  }

  /** Asks until it is answered (RFC 8489 6.2.1): a busy machine loses packets on loopback too. */
  async #beHeard(): Promise<void> {
    const again = setInterval(() => this.#check(), RETRY_MS);
    await new Promise<void>((resolve) => {
      this.#onStun = resolve;
      this.#check();
    });
    clearInterval(again);
  }

  /** RFC 7983 7, and RFC 5761 4 for what is RTCP. */
  #take(bytes: Buffer): void {
    const [first, second] = [bytes[0] ?? 0, bytes[1] ?? 0];
    if (first < 4) this.#onStun();
    else if (first < 64) this.#onDtls(bytes);
    else {
      this.received += bytes.length;
      if (second < 192 || second > 223) this.onRtp(bytes);
    }
  }

  /** A binding request that nominates at once (RFC 8445 7.1). */
  #check(): void {
    const name = Buffer.from(`${this.#ice.usernameFragment}:${this.#ufrag}`);
    const attributes = Buffer.concat([
      attribute(0x0006, name),
      attribute(0x0024, Buffer.from([0x6e, 0, 0x1e, 0xff])),
      attribute(0x802a, this.#tiebreaker),
      attribute(0x0025, Buffer.alloc(0)),
    ]);
    const header = Buffer.alloc(20);
    header.writeUInt16BE(0x0001, 0);
    header.writeUInt32BE(MAGIC_COOKIE, 4);
    randomBytes(12).copy(header, 8);
    // The length covers what is signed, and the signature (RFC 5389 15.4, 15.5).
    header.writeUInt16BE(attributes.length + 24, 2);
    const plain = Buffer.concat([header, attributes]);
    const signature = createHmac('sha1', this.#ice.password).update(plain).digest();
    const signed = Buffer.concat([plain, attribute(0x0008, signature)]);
    signed.writeUInt16BE(attributes.length + 32, 2);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE((crc32(signed) ^ 0x5354554e) >>> 0);
    this.send(Buffer.concat([signed, attribute(0x8028, sum)]));
  }

  /** By OpenSSL, whose packets go over our socket; it has done its work when it says the keys (RFC 5764 4.2). */
  async #shakeHands({ file }: Certificate): Promise<string> {
    const between = createSocket('udp4');
    between.bind(0, '127.0.0.1');
    await once(between, 'listening');
    const { port } = between.address();
    const identity = ['-cert', `${file}.crt`, '-key', file];
    const keys = ['-use_srtp', `SRTP_${SUITE}`, '-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', '88'];
    const child = spawn('openssl', ['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, ...identity, ...keys]);
    between.on('message', (bytes, from) => {
      this.#onDtls = (back) => between.send(back, from.port, from.address);
      this.send(bytes);
    });
    let said = '';
    try {
      return await new Promise((resolve, reject) => {
        child.on('exit', () => reject(new Error(`no DTLS: ${said}`)));
        child.stderr.resume();
        child.stdout.on('data', (text) => {
          said += String(text);
          const [, material] = /Keying material: ([0-9A-F]{176})/.exec(said) ?? [];
          if (material) resolve(clientKey(Buffer.from(material, 'hex')));
        });
      });
    } finally {
      // Not asked to: its farewell would end the connection.
      child.kill('SIGKILL');
      between.close();
      this.#onDtls = () => undefined;
    }
  }
}

/** Client's key, server's key, client's salt, server's salt. */
function clientKey(material: Buffer): string {
  const { key, salt } = SIZE;
  const parts = [material.subarray(0, key), material.subarray(2 * key, 2 * key + salt)];
  return Buffer.concat(parts).toString('base64');
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
