/** The other ends of the SIP tests: SIPp scenarios, and bare sockets that say whatever a test wants. Loopback only. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  answerOffer,
  buildOffer,
  createSipEdge,
  type IncomingDialog,
  type LocalMedia,
  type SipEdge,
  type SipHooks,
  type SipSettings,
} from '../../gateway/sip/index.ts';
import { freeSipPort } from './baresip.ts';

export const address = '127.0.0.1';

/** Ports that nobody listens on: these tests are about signalling. */
export const local: LocalMedia = {
  address,
  audio: { port: 47_000 },
  video: { port: 47_002, maxBitrate: 1_000_000 },
};
export const offer = () => buildOffer(local);

/** A started edge; the test closes it. */
export async function openEdge(hooks: SipHooks = {}, settings: Partial<SipSettings> = {}): Promise<SipEdge> {
  const plain = { host: address, advertised: address, port: 0, realm: 'rostrum', userAgent: 'Rostrum' };
  const edge = createSipEdge({ ...plain, ...settings }, hooks);
  await edge.start();
  return edge;
}

/** Answers a call and its re-INVITEs as a room would; says what happened to it. */
export function answerCall(dialog: IncomingDialog): string[] {
  const story: string[] = [];
  dialog.on('answered', () => story.push('answered'));
  dialog.on('renegotiated', () => story.push('renegotiated'));
  dialog.on('keyFrameRequested', () => story.push('keyFrameRequested'));
  dialog.on('ended', ({ by }) => story.push(`ended ${by}`));
  dialog.onReoffer((reoffer) => {
    story.push(reoffer === undefined ? 'asked for an offer' : 'reoffered');
    return describe(reoffer);
  });
  const sdp = describe(dialog.offer);
  if (sdp === undefined) dialog.reject(488);
  else dialog.answer(sdp);
  return story;
}

function describe(remoteOffer: string | undefined): string | undefined {
  if (remoteOffer === undefined) return offer();
  const result = answerOffer(remoteOffer, local);
  return result.ok ? result.sdp : undefined;
}

/** The next call that comes in. */
export function nextCall(edge: SipEdge): Promise<IncomingDialog> {
  return new Promise((resolve) => edge.onIncoming(resolve));
}

export interface SippRun {
  port: number;
  /** Resolves when the scenario is through; rejects with what SIPp has to say when it failed. */
  done: Promise<void>;
  stop(): void;
}

/** Runs `sipp/NAME.xml` once: as the caller of `edgePort`, or, without one, as the called side. */
export async function runSipp(name: string, transport: 'udp' | 'tcp', edgePort?: number): Promise<SippRun> {
  const directory = await mkdtemp(join(tmpdir(), 'sipp-'));
  const port = await freeSipPort();
  const scenario = fileURLToPath(new URL(`sipp/${name}.xml`, import.meta.url));
  const errors = join(directory, 'errors.log');
  const log = ['-trace_err', '-error_file', errors, '-nostdin', '-timeout', '30s', '-timeout_error'];
  const own = ['-i', address, '-p', String(port), '-t', transport === 'tcp' ? 't1' : 'u1'];
  const target = edgePort === undefined ? [] : [`${address}:${edgePort}`, '-s', 'room1'];
  const child = spawn('sipp', [...target, '-sf', scenario, '-m', '1', ...own, ...log], {
    cwd: directory,
    stdio: 'ignore',
  });
  const done = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      readFile(errors, 'utf8')
        .catch(() => '')
        .then(async (said) => {
          await rm(directory, { recursive: true, force: true });
          if (code === 0) resolve();
          else reject(new Error(`SIPp ${name} over ${transport} ended with ${code}:\n${said}`));
        }, reject);
    });
  });
  done.catch(() => {}); // the test looks at it later, or has failed for another reason
  return { port, done, stop: () => void child.kill() };
}

export interface BarePeer {
  readonly port: number;
  send(bytes: string | Buffer): void;
  /** The first answer that contains this text, from now on or before. */
  answer(containing: string, timeoutMs?: number): Promise<string>;
  /** How many answers contain this text so far. */
  count(containing: string): number;
  /** The statuses of all answers that contain this text so far, however the stream was cut. */
  statusesOf(containing: string): number[];
  readonly isClosed: boolean;
  close(): void;
}

/** A bare socket towards the edge. */
export async function openPeer(transport: 'udp' | 'tcp', edgePort: number): Promise<BarePeer> {
  const answers: string[] = [];
  const watchers = new Set<() => void>();
  const note = (bytes: Buffer) => {
    answers.push(bytes.toString());
    for (const watcher of watchers) watcher();
  };
  const socket = transport === 'udp' ? await udpSocket(edgePort, note) : await tcpSocket(edgePort, note);
  return {
    ...socket,
    get isClosed() {
      return socket.isClosed();
    },
    statusesOf: (containing) =>
      answers
        .join('')
        .split(/(?=SIP\/2\.0 \d{3} )/)
        .filter((text) => text.includes(containing))
        .map((text) => Number(text.slice(8, 11))),
    count: (containing) => answers.filter((text) => text.includes(containing)).length,
    answer: (containing, timeoutMs = 5_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = answers.join('').includes(containing)
            ? answers.find((text) => text.includes(containing))
            : undefined;
          if (found === undefined) return;
          clearTimeout(late);
          watchers.delete(look);
          resolve(found);
        };
        const late = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`no answer with ${JSON.stringify(containing)}; got: ${answers.join('\n---\n')}`));
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
  };
}

async function udpSocket(edgePort: number, note: (bytes: Buffer) => void) {
  const socket = createSocket('udp4');
  socket.on('message', note);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return {
    port: socket.address().port,
    send: (bytes: string | Buffer) => socket.send(bytes, edgePort, address),
    isClosed: () => false,
    close: () => void socket.close(),
  };
}

async function tcpSocket(edgePort: number, note: (bytes: Buffer) => void) {
  let closed = false;
  const socket = connect(edgePort, address);
  socket.on('data', note);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    closed = true;
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    port: socket.localPort ?? 0,
    send: (bytes: string | Buffer) => void socket.write(bytes),
    isClosed: () => closed,
    close: () => void socket.destroy(),
  };
}

let requests = 0;

/** A plain request of a bare peer; `extra` lines come last in its head. */
export function requestText(
  method: string,
  peer: BarePeer,
  transport: 'udp' | 'tcp',
  extra: string[] = [],
  body = '',
): string {
  requests += 1;
  const own = `${address}:${peer.port}`;
  return [
    `${method} sip:room1@${address} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} ${own};branch=z9hG4bKtest${requests};rport`,
    `From: <sip:test@${own}>;tag=t${requests}`,
    `To: <sip:room1@${address}>`,
    `Call-ID: test-${requests}@${own}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:test@${own}>`,
    'Max-Forwards: 70',
    ...extra,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
