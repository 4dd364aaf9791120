/**
 * The way out: each message gets a transport and a destination, and on UDP its repetitions. A request leaves by the door its
 * call has, unless the route says another transport (RFC 3263 §4.1) or it is too large for UDP (RFC 3261 §18.1.1).
 */
import { isIP } from 'node:net';
import type { UserAgentCore } from 'sip.js/lib/core/index.js';
import { TransactionState } from 'sip.js/lib/core/index.js';
import type { Source } from '../dialog/dialog.ts';
import type { SipLog } from '../settings.ts';
import { sealBranch } from './branch.ts';
import { locate, type Names } from './location.ts';
import { createRetransmitter } from './retransmit.ts';
import { type Hop, nextHopOf } from './routing.ts';
import { secureContact } from './sips.ts';
import type { Transport } from './transport.ts';
import { takeOffSource, topVia, withTopVia } from './via.ts';
import { type Address, formatMessage, headerOf, parseMessage, type WireRequest, type WireResponse } from './wire.ts';

/** A bound transport, and how it stands in Via. */
export interface Door {
  readonly transport: Transport;
  readonly kind: Source['transport'];
  readonly family: 4 | 6;
  /** `host:port`, IPv6 in brackets. */
  readonly sentBy: string;
}

interface Way {
  door: Door;
  to: Address;
  /** The connection that the call came by, or the hole in a NAT that its messages come through. */
  isPinned: boolean;
}

export interface DepartureOptions {
  own: Door;
  log: SipLog;
  names: Names;
  core: () => UserAgentCore;
  /** Who is called, or asked to register us, is no stranger. */
  onApproach: (ip: string) => void;
  /** The answer that a request got in the end. */
  onFinal: (ip: string, status: number, method: string) => void;
}

/** Octets above which a request leaves by TCP (RFC 3261 §18.1.1). */
const largestDatagram = 1_300;
/** For how long a peer that refused TCP is not asked again, in milliseconds, and how many such are remembered. */
const refusal = { ms: 600_000, most: 256 };

/** Owned by a listener. */
export class Departure {
  /** Every door of the edge; the edge enters them once all are open. */
  doors: readonly Door[];
  readonly #options: DepartureOptions;
  readonly #retransmitter = createRetransmitter();
  readonly #pinned = new Map<string, Source & Address>();
  /** Where an INVITE went, for its CANCEL and its ACK (RFC 3261 §9.1 and §17.1.1.3), by branch. */
  readonly #ways = new Map<string, Way>();
  readonly #refusedTcp = new Map<string, number>();

  constructor(options: DepartureOptions) {
    this.#options = options;
    this.doors = [options.own];
  }

  /** Calls whose requests have a way of their own, and messages that are being repeated. */
  get census(): { pinned: number; repeating: number; ways: number } {
    return { pinned: this.#pinned.size, repeating: this.#retransmitter.size, ways: this.#ways.size };
  }

  /** With a name it is where that name was found, for requests that go to this name; without one it is the way of them all. */
  pin(callId: string, way: Source & Address): void {
    this.#pinned.set(callId, way);
  }

  unpin(callId: string): void {
    this.#pinned.delete(callId);
  }

  /** A response came in. */
  noteResponse(branch: string | undefined, method: string, status: number): void {
    this.#retransmitter.noteResponse(requestKey(branch, method), method, status);
  }

  /** The ACK to a final response of ours came in. */
  noteAck(branch: string): void {
    this.#retransmitter.stop(finalKey(branch));
  }

  close(): void {
    this.#retransmitter.close();
    this.#pinned.clear();
    this.#ways.clear();
  }

  /** Takes what the library made. Rejects when it cannot be sent. */
  async send(text: string): Promise<void> {
    const message = parseMessage(Buffer.from(text, 'utf8'));
    if (message?.kind === 'response') await this.sendResponse(message);
    else if (message?.kind === 'request') await this.#sendRequest(message);
    else throw new Error('the library made a message that cannot be read');
  }

  async sendResponse(response: WireResponse): Promise<void> {
    const out = takeOffSource(response.headers);
    if (!out) throw new Error('response without a way back');
    const door = this.#door(out.by) ?? this.#options.own;
    const text = formatMessage({ ...response, headers: out.isSecure ? secureContact(out.headers) : out.headers });
    const [, method = ''] = (headerOf(response.headers, 'CSeq') ?? '').split(/[ \t]+/);
    if (response.status >= 200) this.#options.onFinal(out.from, response.status, method);
    const branch = topVia(response.headers)?.params.get('branch') ?? '';
    // Only answers with a transaction are repeated, so that nobody can use us to multiply forged requests.
    // A challenge is not repeated at all (§26.3.2.4): the request is, if the challenge was lost.
    const isChallenge = response.status === 401 || response.status === 407;
    const isStateful = !isChallenge && this.#options.core().userAgentServers.has(branch);
    if (!door.transport.reliable && method === 'INVITE' && response.status >= 300 && isStateful) {
      this.#retransmitter.armFinal(finalKey(branch), () => this.#resend(door, text, out.to));
    }
    // RFC 3261 §18.2.2: if the connection is gone, a new one to where the Via says.
    const to = door.transport.reaches(out.to) ? out.to : out.otherwise;
    await door.transport.send(text, to);
  }

  async #sendRequest(request: WireRequest): Promise<void> {
    const found = this.#wayOf(request);
    const way = found instanceof Promise ? await found : found;
    if (request.method === 'INVITE') this.#remember(request, way);
    if (!way.isPinned) this.#options.onApproach(way.to.ip);
    const tcp = this.#roomier(request, way);
    if (tcp) {
      try {
        return await this.#dispatch(request, tcp);
      } catch (error) {
        this.#noteRefusal(tcp.to);
        this.#options.log.debug({ code: 'tcpRefused', to: tcp.to, error: String(error) }, 'sip request goes by UDP');
        if (request.method === 'INVITE') this.#remember(request, way);
      }
    }
    await this.#dispatch(request, way);
  }

  async #dispatch(request: WireRequest, { door, to }: Way): Promise<void> {
    const text = textFor(request, door);
    const branch = topVia(request.headers)?.params.get('branch');
    if (door.transport.reliable || request.method === 'ACK') return door.transport.send(text, to);
    const key = requestKey(branch, request.method);
    this.#retransmitter.armRequest(key, request.method, () => this.#resend(door, text, to));
    await door.transport.send(text, to).catch((error: unknown) => {
      this.#retransmitter.stop(key);
      throw error;
    });
  }

  #resend(door: Door, text: string, to: Address): void {
    door.transport
      .send(text, to)
      .catch((error: unknown) =>
        this.#options.log.debug({ code: 'unsent', to, error: String(error) }, 'sip retransmission'),
      );
  }

  /** The connection that the call already has, before where its route points. At once where no name has to be looked up. */
  #wayOf(request: WireRequest): Way | Promise<Way> {
    const { own } = this.#options;
    const branch = topVia(request.headers)?.params.get('branch') ?? '';
    const taken = this.#ways.get(branch);
    if (taken) return taken;
    const pinned = this.#pinned.get(headerOf(request.headers, 'Call-ID') ?? '');
    const pinnedDoor = pinned && pinned.name === undefined ? this.#door(pinned.transport) : undefined;
    if (pinned && pinnedDoor?.transport.reaches(pinned)) return { door: pinnedDoor, to: pinned, isPinned: true };
    const hop = nextHopOf(request);
    const door = hop.transport === undefined ? own : (this.#door(hop.transport) ?? (hop.isSecure ? undefined : own));
    if (!door) throw new Error('no TLS here');
    if (pinned && isFor(pinned, hop, door)) return { door, to: pinned, isPinned: false };
    if (isIP(hop.host) === 0) return this.#find(hop, door);
    return { door, to: { ip: hop.host, port: hop.port ?? (door.kind === 'tls' ? 5061 : 5060) }, isPinned: false };
  }

  async #find(hop: Hop, door: Door): Promise<Way> {
    const by = { names: this.#options.names, transports: [door.kind], family: door.family };
    const [to] = await locate({ ...hop, transport: door.kind }, by);
    if (!to) throw new Error(`no address of ${hop.host}`);
    return { door, to, isPinned: false };
  }

  #door(kind: Source['transport'] | undefined): Door | undefined {
    const { own } = this.#options;
    return this.doors.find((door) => door.kind === kind && door.family === own.family);
  }

  /** The way over TCP for what is too large for UDP, where the peer may have one. */
  #roomier(request: WireRequest, way: Way): Way | undefined {
    if (way.door.kind !== 'udp' || way.isPinned) return undefined;
    if (Buffer.byteLength(textFor(request, way.door)) <= largestDatagram) return undefined;
    const until = this.#refusedTcp.get(keyOf(way.to));
    if (until !== undefined && until > Date.now()) return undefined;
    const door = this.#door('tcp');
    if (!door) return undefined;
    const tcp = { ...way, door };
    if (request.method === 'INVITE') this.#remember(request, tcp);
    return tcp;
  }

  #noteRefusal(to: Address): void {
    this.#refusedTcp.delete(keyOf(to));
    this.#refusedTcp.set(keyOf(to), Date.now() + refusal.ms);
    const [eldest] = this.#refusedTcp.keys();
    if (this.#refusedTcp.size > refusal.most && eldest !== undefined) this.#refusedTcp.delete(eldest);
  }

  /** Until the transaction is over. The library enters it only after it was sent. */
  #remember(request: WireRequest, way: Way): void {
    const branch = topVia(request.headers)?.params.get('branch') ?? '';
    const isNew = !this.#ways.has(branch);
    this.#ways.set(branch, way);
    if (!isNew) return;
    queueMicrotask(() => {
      const transaction = this.#options.core().userAgentClients.get(`${branch}INVITE`)?.transaction;
      if (!transaction || transaction.state === TransactionState.Terminated) this.#ways.delete(branch);
      else {
        transaction.addStateChangeListener(() => {
          if (transaction.state === TransactionState.Terminated) this.#ways.delete(branch);
        });
      }
    });
  }
}

/** The place was found for this very hop. */
const isFor = ({ name, port, transport }: Source & Address, hop: Hop, { kind }: Door): boolean =>
  name === hop.host && transport === kind && (hop.port ?? port) === port;

/** The request as it leaves by this door. */
function textFor(request: WireRequest, door: Door): string {
  const via = topVia(request.headers);
  if (!via) throw new Error('request without a Via');
  const [host, port] = splitSentBy(door.sentBy);
  const branch = sealBranch(via.params.get('branch') ?? '', headerOf(request.headers, 'Call-ID') ?? '');
  const params = new Map(via.params).set('branch', branch);
  const headers = withTopVia(request.headers, { transport: door.transport.protocol, host, port, params });
  return formatMessage({ ...request, headers: nextHopOf(request).isSecure ? secureContact(headers) : headers });
}

function splitSentBy(sentBy: string): [string, number] {
  const at = sentBy.lastIndexOf(':');
  return [sentBy.slice(0, at), Number(sentBy.slice(at + 1))];
}

const requestKey = (branch: string | undefined, method: string): string => `${branch ?? ''} ${method}`;
const finalKey = (branch: string): string => `${branch} final`;
const keyOf = ({ ip, port }: Address): string => `${ip} ${port}`;
