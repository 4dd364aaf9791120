/** A bare codec that registers and calls with digest, and says every message as a test wants it. Loopback only. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import {
  type Algorithm,
  answerChallenge,
  type Challenge,
  formatCredentials,
  ha1Of,
  readChallenge,
} from '../../gateway/sip/identity/digest.ts';
import type { SipAccount } from '../../gateway/sip/index.ts';
import { createFramer } from '../../gateway/sip/transport/framing.ts';
import { topVia } from '../../gateway/sip/transport/via.ts';
import { headersOf, parseMessage, type WireRequest, type WireResponse } from '../../gateway/sip/transport/wire.ts';
import { address } from './sip-peers.ts';

export const realm = 'rostrum';

/** An account as the store keeps it. */
export function accountOf(user: string, password: string): SipAccount {
  const [md5, sha256] = [ha1Of('MD5', user, realm, password), ha1Of('SHA-256', user, realm, password)];
  return { user, ha1: { md5, sha256 } };
}

export interface RequestOptions {
  method?: string;
  /** User part of To; default the codec's own. */
  to?: string;
  /** Of a request within a dialog. */
  toTag?: string;
  from?: string;
  uri?: string;
  callId?: string;
  cseq?: number;
  contacts?: string[];
  /** More header lines. */
  extra?: string[];
  authorization?: string;
  body?: string;
}

export interface BareCodec {
  readonly port: number;
  readonly contact: string;
  send(text: string): void;
  /** The first request of this method, from now on or before. */
  received(method: string): Promise<WireRequest>;
  /** Every response so far. */
  readonly responses: readonly WireResponse[];
  /** The last request once more, as UDP does that has lost its answer. */
  repeat(): void;
  /** Sends one request, which nobody answers. */
  notify(options: RequestOptions): void;
  /** Sends one request, and gives its final answer. */
  request(options?: RequestOptions): Promise<WireResponse>;
  /** The same, answering the challenge that comes. */
  prove(options?: RequestOptions, proof?: Proof): Promise<WireResponse>;
  close(): void;
}

export interface Proof {
  user?: string;
  password?: string;
  algorithm?: Algorithm;
  change?: (challenge: Challenge) => Challenge;
}

/** The codec does not answer requests by itself. */
export async function openCodec(
  edgePort: number,
  { user, password, transport = 'udp' }: { user: string; password: string; transport?: 'udp' | 'tcp' },
): Promise<BareCodec> {
  const inbox = createInbox();
  const wire = transport === 'udp' ? await udpSocket(edgePort, inbox.take) : await tcpSocket(edgePort, inbox.take);
  const own = `${address}:${wire.port}`;
  const contact = `sip:${user}@${own}${transport === 'tcp' ? ';transport=tcp' : ''}`;
  const callId = randomBytes(8).toString('hex');
  let cseq = 0;
  let last = '';

  function notify(options: RequestOptions): string {
    const { method = 'REGISTER', to = user, from = user, body = '' } = options;
    cseq += 1;
    const branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
    const uri =
      options.uri ?? (method === 'REGISTER' ? `sip:${address}:${edgePort}` : `sip:${to}@${address}:${edgePort}`);
    const contacts = options.contacts ?? [`<${contact}>`];
    const text = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${transport.toUpperCase()} ${own};branch=${branch};rport`,
      `From: <sip:${from}@${address}>;tag=${callId}`,
      `To: <sip:${to}@${address}>${options.toTag === undefined ? '' : `;tag=${options.toTag}`}`,
      `Call-ID: ${options.callId ?? callId}`,
      `CSeq: ${options.cseq ?? cseq} ${method}`,
      'Max-Forwards: 70',
      ...contacts.map((value) => `Contact: ${value}`),
      ...(options.authorization === undefined ? [] : [`Authorization: ${options.authorization}`]),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ...(options.extra ?? []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ];
    last = text.join('\r\n');
    wire.send(last);
    return branch;
  }

  function request(options: RequestOptions = {}): Promise<WireResponse> {
    const branch = notify(options);
    const isAnswer = ({ headers, status }: WireResponse) =>
      status >= 200 && topVia(headers)?.params.get('branch') === branch;
    return inbox.response(isAnswer);
  }

  return {
    ...wire,
    contact,
    received: (method) => inbox.request((received) => received.method === method),
    responses: inbox.responses,
    repeat: () => wire.send(last),
    notify,
    request,
    async prove(options = {}, proof = {}) {
      const challenged = await request(options);
      const { method = 'REGISTER', to = user } = options;
      const plain = method === 'REGISTER' ? `sip:${address}:${edgePort}` : `sip:${to}@${address}:${edgePort}`;
      const authorization = credentialsFor(challenged, { user, password, ...proof }, method, options.uri ?? plain);
      return request({ ...options, authorization });
    },
  };
}

interface Wire {
  readonly port: number;
  send(text: string): void;
  close(): void;
}

async function udpSocket(edgePort: number, take: (bytes: Buffer) => void): Promise<Wire> {
  const socket = createSocket('udp4');
  socket.on('message', take);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return {
    port: socket.address().port,
    send: (text) => socket.send(text, edgePort, address),
    close: () => void socket.close(),
  };
}

async function tcpSocket(edgePort: number, take: (bytes: Buffer) => void): Promise<Wire> {
  const framer = createFramer();
  const socket = connect(edgePort, address);
  socket.on('data', (chunk) => {
    for (const frame of framer.push(chunk)) if (frame.kind === 'message') take(frame.bytes);
  });
  socket.on('error', () => socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return { port: socket.localPort ?? 0, send: (text) => void socket.write(text), close: () => void socket.destroy() };
}

/** What has come, and who waits for what. */
function createInbox() {
  const requests: WireRequest[] = [];
  const responses: WireResponse[] = [];
  const watchers = new Set<() => void>();

  function find<T>(among: readonly T[], isIt: (item: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = among.find(isIt);
        if (found === undefined) return;
        clearTimeout(late);
        watchers.delete(look);
        resolve(found);
      };
      const late = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`nothing like that came; there is: ${JSON.stringify(among)}`));
      }, 5_000);
      watchers.add(look);
      look();
    });
  }

  return {
    responses,
    take(bytes: Buffer): void {
      const message = parseMessage(bytes);
      if (message?.kind === 'request') requests.push(message);
      else if (message?.kind === 'response') responses.push(message);
      for (const watcher of [...watchers]) watcher();
    },
    request: (isIt: (request: WireRequest) => boolean) => find(requests, isIt),
    response: (isIt: (response: WireResponse) => boolean) => find(responses, isIt),
  };
}

/** An Authorization value for the challenge in this response. */
export function credentialsFor(
  response: WireResponse,
  { user, password, algorithm = 'SHA-256', change }: Proof & { user: string; password: string },
  method: string,
  uri: string,
): string {
  const challenges = headersOf(response.headers, 'WWW-Authenticate').map(readChallenge);
  const found = challenges.find((challenge) => challenge?.algorithm === algorithm);
  if (!found) throw new Error(`no ${algorithm} challenge in ${response.status} ${response.reason}`);
  const answer = answerChallenge(change ? change(found) : found, { user, password }, { method, uri }, 'cnonce');
  return formatCredentials(answer);
}
