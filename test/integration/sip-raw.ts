/** One side of a SIP call written out by hand, over UDP, for tests of what only a strange or racing peer would do. */
import { createSocket } from 'node:dgram';
import type { IncomingDialog, OutgoingDialog, PlaceOptions, SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, nextCall, offer } from './sip-peers.ts';

export interface RawPeer {
  readonly port: number;
  readonly uri: string;
  send(text: string): void;
  /** The first message not yet taken that matches; takes it. */
  next(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** How many messages match, taken or not. */
  count(pattern: RegExp): number;
  close(): void;
}

/** A BYE it answers by itself. */
export async function openRawPeer(edge: SipEdge): Promise<RawPeer> {
  const all: string[] = [];
  const waiting: string[] = [];
  const watchers = new Set<() => void>();
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => {
    const text = bytes.toString();
    all.push(text);
    waiting.push(text);
    if (text.startsWith('BYE ')) peer.send(respond(peer, text, '200 OK'));
    for (const watcher of watchers) watcher();
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const { port } = socket.address();
  const to = edge.port;
  const peer: RawPeer = {
    port,
    uri: `sip:raw@${address}:${port}`,
    send: (text) => socket.send(text, to, address),
    count: (pattern) => all.filter((text) => pattern.test(text)).length,
    close: () => void socket.close(),
    next: (pattern, timeoutMs = 5_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const index = waiting.findIndex((text) => pattern.test(text));
          if (index < 0) return;
          clearTimeout(late);
          watchers.delete(look);
          resolve(waiting.splice(index, 1)[0] ?? '');
        };
        const late = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`nothing like ${pattern}; waiting: ${waiting.join('\n---\n')}`));
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
  };
  return peer;
}

export interface Extra {
  headers?: string[];
  body?: string;
}

/** The value of a header. */
export function header(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, 'im').exec(text)?.[1] ?? '';
}

/** The description of a message. */
export const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

function join(lines: string[], { headers = [], body = '' }: Extra): string {
  const type =
    body === '' || headers.some((line) => /^Content-Type/i.test(line)) ? [] : ['Content-Type: application/sdp'];
  return [...lines, ...headers, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

/** A response of the raw peer to a request of ours. `tag` goes into To where it has none. */
export function respond(peer: RawPeer, request: string, status: string, extra: Extra & { tag?: string } = {}): string {
  const { tag = 'raw' } = extra;
  const copied = request
    .slice(0, request.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => /^(?:Via|From|To|Call-ID|CSeq|Record-Route):/i.test(line))
    .map((line) =>
      /^To:/i.test(line) && !/;tag=/.test(line) && !status.startsWith('100') ? `${line};tag=${tag}` : line,
    );
  return join([`SIP/2.0 ${status}`, ...copied, `Contact: <${peer.uri}>`], extra);
}

let count = 0;
const unique = () => {
  count += 1;
  return `${process.pid}x${count}`;
};

/** A dialog as the raw peer sees it. */
export class RawCall {
  readonly peer: RawPeer;
  readonly callId: string;
  readonly local: string;
  /** Set by who answers. */
  remote: string;
  cseq: number;
  contact: string;

  constructor(peer: RawPeer, ends: { callId: string; local: string; remote: string; cseq: number }) {
    this.peer = peer;
    this.callId = ends.callId;
    this.local = ends.local;
    this.remote = ends.remote;
    this.cseq = ends.cseq;
    this.contact = `Contact: <${peer.uri}>`;
  }

  /** A request with the next CSeq, or with `cseq`. */
  text(method: string, extra: Extra & { cseq?: number; branch?: string } = {}): string {
    const isNew = extra.cseq === undefined && method !== 'ACK' && method !== 'CANCEL';
    if (isNew) this.cseq += 1;
    const lines = [
      `${method} sip:room1@${address} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${this.peer.port};branch=${extra.branch ?? `z9hG4bK${unique()}`};rport`,
      `From: ${this.local}`,
      `To: ${this.remote}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${extra.cseq ?? this.cseq} ${method}`,
      this.contact,
      'Max-Forwards: 70',
    ];
    return join(lines, extra);
  }

  /** Sends a request and waits for its final answer. */
  async ask(method: string, extra: Extra & { cseq?: number } = {}): Promise<string> {
    const text = this.text(method, extra);
    this.peer.send(text);
    const branch = /branch=([^;]+)/.exec(text)?.[1] ?? '';
    const answer = await this.peer.next(new RegExp(`^SIP/2\\.0 [2-6][\\s\\S]*${branch}`));
    if (method === 'INVITE') this.acknowledge(text, answer);
    return answer;
  }

  /** The ACK of a 2xx is a request of its own; that of a refusal belongs to the INVITE (RFC 3261 §17.1.1.3). */
  acknowledge(invite: string, answer: string, extra: Extra = {}): void {
    const branch = /branch=([^;]+)/.exec(invite)?.[1] ?? '';
    const cseq = Number.parseInt(header(answer, 'CSeq'), 10);
    this.remote = header(answer, 'To');
    this.peer.send(this.text('ACK', { cseq, ...extra, ...(answer.startsWith('SIP/2.0 2') ? {} : { branch }) }));
  }
}

/** An INVITE of the raw peer that has not been sent yet. */
export function rawInvite(peer: RawPeer, extra: Extra = {}): { call: RawCall; text: string } {
  const call = new RawCall(peer, {
    callId: `raw-${unique()}`,
    local: `<${peer.uri}>;tag=r${unique()}`,
    remote: `<sip:room1@${address}>`,
    cseq: 0,
  });
  return { call, text: call.text('INVITE', { body: offer(), ...extra }) };
}

export interface RawEstablished<D> {
  dialog: D;
  call: RawCall;
  /** What was said to set it up: the INVITE and the 200. */
  invite: string;
  ok: string;
}

/** The raw peer has called the edge, which has answered. */
export async function callIn(
  edge: SipEdge,
  peer: RawPeer,
  extra: Extra = {},
): Promise<RawEstablished<IncomingDialog> & { story: string[] }> {
  const coming = nextCall(edge);
  const { call, text } = rawInvite(peer, extra);
  peer.send(text);
  const dialog = await coming;
  const story = answerCall(dialog);
  const up = new Promise<void>((resolve) => dialog.on('answered', () => resolve()));
  const ok = await peer.next(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 INVITE/);
  call.acknowledge(text, ok);
  await up;
  return { dialog, call, invite: text, ok, story };
}

/** The edge calls the raw peer; resolves when its INVITE is there. */
export async function ringOut(
  edge: SipEdge,
  peer: RawPeer,
  options: Partial<PlaceOptions> = {},
): Promise<{ dialog: OutgoingDialog; invite: string }> {
  const dialog = edge.place(peer.uri, { callerName: 'R', fromUser: 'room1', offer, ...options });
  return { dialog, invite: await peer.next(/^INVITE /) };
}

/** The edge has called the raw peer, which has answered. */
export async function callOut(
  edge: SipEdge,
  peer: RawPeer,
  extra: Extra = {},
): Promise<RawEstablished<OutgoingDialog>> {
  const { dialog, invite } = await ringOut(edge, peer);
  const ok = respond(peer, invite, '200 OK', { body: offer(), ...extra });
  peer.send(ok);
  await peer.next(/^ACK /);
  const call = new RawCall(peer, {
    callId: header(invite, 'Call-ID'),
    local: header(ok, 'To'),
    remote: header(ok, 'From'),
    cseq: 0,
  });
  return { dialog, call, invite, ok };
}
