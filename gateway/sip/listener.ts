/**
 * One transport with the sip.js core on top of it: what comes in is checked and normalised before the library sees it, what the
 * library sends is given a destination, and what it lacks (UPDATE, Require, retransmission on UDP) is done here.
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type IncomingMessage,
  IncomingRequestMessage,
  type IncomingResponseMessage,
  type InviteUserAgentServer,
  Parser,
  URI,
  type UserAgentCore,
} from 'sip.js/lib/core/index.js';
import { admit } from './admission.ts';
import type { Source } from './dialog.ts';
import { dispatch, type InDialog } from './dispatch.ts';
import { allowedMethods, createCore, createLibraryLog } from './library.ts';
import { createRetransmitter } from './retransmit.ts';
import { routeOf } from './routing.ts';
import type { SipLog } from './settings.ts';
import type { Transport, TransportOptions } from './transport.ts';
import { bracket, stampSource, takeOffSource, topVia } from './via.ts';
import {
  type Address,
  formatMessage,
  type Header,
  headerOf,
  parseMessage,
  type Refused,
  replyTo,
  type WireRequest,
  type WireResponse,
} from './wire.ts';

export interface ListenerOptions {
  bind: (options: TransportOptions) => Promise<Transport>;
  host: string;
  port: number;
  advertised: string;
  userAgent: string;
  log: SipLog;
  onInvite: (request: InviteUserAgentServer, listener: Listener) => void;
  /** A transfer that was asked for, and refused. */
  onRefer: (message: IncomingRequestMessage, listener: Listener) => void;
}

/** Server transactions at one time; a flood above it is told 503 without any state. */
const maxTransactions = 4096;

/** Owned by the edge. Owns its transport, its library core and every timer beneath. */
export class Listener {
  readonly log: SipLog;
  readonly core: UserAgentCore;
  readonly advertised: string;
  /** Sees what comes within a dialog first, by sip.js' dialog id. A call enters and removes itself. */
  readonly dialogs = new Map<string, InDialog>();
  readonly #transport: Transport;
  readonly #options: ListenerOptions;
  readonly #retransmitter = createRetransmitter();
  readonly #sources = new WeakMap<IncomingMessage, Address>();
  readonly #pinned = new Map<string, Address>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #loggerFactory;

  /** Binds; rejects if the port is taken. */
  static async open(options: ListenerOptions): Promise<Listener> {
    let receive: TransportOptions['onMessage'] = () => {};
    const transport = await options.bind({
      host: options.host,
      port: options.port,
      onMessage: (bytes, from) => receive(bytes, from),
      onFault: (fault) => options.log.debug(fault, 'sip transport'),
    });
    const listener = new Listener(options, transport);
    receive = (bytes, from) => listener.#receive(bytes, from);
    return listener;
  }

  private constructor(options: ListenerOptions, transport: Transport) {
    this.#options = options;
    this.#transport = transport;
    this.log = options.log;
    this.advertised = options.advertised;
    this.#loggerFactory = createLibraryLog(options.log);
    this.core = this.#createCore();
  }

  get transport(): Source['transport'] {
    return this.#transport.protocol === 'TCP' ? 'tcp' : 'udp';
  }

  get port(): number {
    return this.#transport.port;
  }

  /** Our Contact header value. */
  get contact(): string {
    return this.core.configuration.contact.toString();
  }

  /** A URI of ours with this user part, for From. */
  uriOf(user: string): URI {
    return new URI('sip', user, bracket(this.advertised), this.port);
  }

  sourceOf(message: IncomingMessage): Source {
    const { ip, port } = this.#sources.get(message) ?? { ip: '', port: 0 };
    return { ip, port, transport: this.transport };
  }

  /** Requests of this call go to where its messages came from instead of its Contact, while that can be reached. */
  pin(callId: string, address: Address): void {
    this.#pinned.set(callId, address);
  }

  unpin(callId: string): void {
    this.#pinned.delete(callId);
  }

  /** A timer of a call that has to outlive the call's own end, but not this listener. Returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  async close(): Promise<void> {
    this.#retransmitter.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.core.dispose();
    this.#pinned.clear();
    await this.#transport.close();
  }

  #createCore(): UserAgentCore {
    const { protocol } = this.#transport;
    return createCore({
      host: bracket(this.advertised),
      port: this.port,
      userAgent: this.#options.userAgent,
      loggerFactory: this.#loggerFactory,
      transport: { protocol, send: (text) => this.#send(text) },
      onInvite: (request) => this.#options.onInvite(request, this),
    });
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #receive(bytes: Buffer, from: Address): void {
    const message = parseMessage(bytes);
    if (!message) this.log.debug({ code: 'dropped', from, octets: bytes.length }, 'not a SIP message');
    else if (message.kind === 'response') this.#receiveResponse(message, from);
    else {
      const headers = stampSource(message.headers, from);
      if (!headers) this.log.debug({ code: 'dropped', from }, 'request without a readable Via');
      else if (message.kind === 'request') this.#receiveRequest({ ...message, headers }, from);
      else this.#refuse({ ...message, headers }, message.status, message.reason);
    }
  }

  #receiveRequest(request: WireRequest, from: Address): void {
    const admitted = admit(request);
    if (this.core.userAgentServers.size > maxTransactions) this.#refuse(request, 503, 'Service Unavailable');
    else if (admitted.kind === 'refusal') this.#refuse(request, admitted.status, admitted.reason, admitted.extra);
    else {
      const parsed = this.#parse(formatMessage(admitted));
      if (parsed instanceof IncomingRequestMessage && parsed.ruri) this.#hand(parsed, request, from);
      else this.#refuse(request, 400, 'Bad Request');
    }
  }

  #hand(message: IncomingRequestMessage, request: WireRequest, from: Address): void {
    this.#sources.set(message, from);
    if (message.method === 'ACK') this.#retransmitter.stop(finalKey(message.viaBranch));
    try {
      const { core, dialogs } = this;
      dispatch(message, { core, dialogs, onRefer: (refused) => this.#options.onRefer(refused, this) });
    } catch (error) {
      this.log.warn({ code: 'libraryThrew', method: message.method, error: String(error) }, 'sip request failed');
      this.#refuse(request, 500, 'Server Internal Error');
    }
  }

  #receiveResponse(response: WireResponse, from: Address): void {
    const via = topVia(response.headers);
    const [, method = ''] = (headerOf(response.headers, 'CSeq') ?? '').split(/[ \t]+/);
    if (!via || `${via.host}:${via.port}` !== this.core.configuration.viaHost) {
      this.log.debug({ code: 'dropped', from }, 'response to a request that is not ours'); // RFC 3261 §18.1.2
      return;
    }
    this.#retransmitter.noteResponse(requestKey(via.params.get('branch'), method), method, response.status);
    const headers = [...response.headers];
    // Many endpoints leave Contact out of a 180; the library would drop the response. A mere address serves until the 200.
    if (method === 'INVITE' && response.status > 100 && response.status < 300 && !headerOf(headers, 'Contact')) {
      headers.push({ name: 'Contact', value: `<sip:${bracket(from.ip)}:${from.port}>` });
    }
    const parsed = this.#parse(formatMessage({ ...response, headers }));
    if (!parsed || parsed instanceof IncomingRequestMessage) return;
    this.#sources.set(parsed, from);
    try {
      this.core.receiveIncomingResponseFromTransport(parsed);
    } catch (error) {
      this.log.warn({ code: 'libraryThrew', method, error: String(error) }, 'sip response failed');
    }
  }

  #parse(text: string): IncomingRequestMessage | IncomingResponseMessage | undefined {
    try {
      return Parser.parseMessage(text, this.#loggerFactory.getLogger('sip.parser'));
    } catch (error) {
      this.log.debug({ code: 'unparsable', error: String(error) }, 'sip message');
      return undefined;
    }
  }

  /** Answers without keeping state (RFC 3261 §8.2.7); an ACK is never answered. */
  #refuse(request: WireRequest | Refused, status: number, reason: string, extra: Header[] = []): void {
    if (request.method === 'ACK') return;
    const identity = `${headerOf(request.headers, 'Via')}${headerOf(request.headers, 'Call-ID')}`;
    const tag = createHash('sha256').update(identity).digest('hex').slice(0, 12);
    const allow = { name: 'Allow', value: allowedMethods.join(', ') };
    const response = replyTo(request, status, reason, tag, status === 405 ? [allow, ...extra] : extra);
    this.#send(formatMessage(response)).catch((error: unknown) =>
      this.log.debug({ code: 'unsent', status, error: String(error) }, 'sip response'),
    );
  }

  // ── out ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #send(text: string): Promise<void> {
    const message = parseMessage(Buffer.from(text, 'utf8'));
    if (message?.kind === 'response') await this.#sendResponse(message);
    else if (message?.kind === 'request') await this.#sendRequest(message);
    else throw new Error('the library made a message that cannot be read');
  }

  async #sendResponse(response: WireResponse): Promise<void> {
    const out = takeOffSource(response.headers, this.#transport.reliable);
    if (!out) throw new Error('response without a way back');
    const text = formatMessage({ ...response, headers: out.headers });
    const branch = topVia(response.headers)?.params.get('branch') ?? '';
    const toInvite = /\bINVITE$/.test(headerOf(response.headers, 'CSeq') ?? '');
    // Only answers with a transaction are repeated, so that nobody can use us to multiply forged requests.
    if (!this.#transport.reliable && toInvite && response.status >= 300 && this.core.userAgentServers.has(branch)) {
      this.#retransmitter.armFinal(finalKey(branch), () => this.#resend(text, out.to));
    }
    await this.#transport.send(text, out.to);
  }

  async #sendRequest(request: WireRequest): Promise<void> {
    const destination = this.#destinationOf(request);
    const to = destination instanceof Promise ? await destination : destination;
    const text = formatMessage(request);
    if (!this.#transport.reliable && request.method !== 'ACK') {
      const key = requestKey(topVia(request.headers)?.params.get('branch'), request.method);
      this.#retransmitter.armRequest(key, request.method, () => this.#resend(text, to));
      await this.#transport.send(text, to).catch((error: unknown) => {
        this.#retransmitter.stop(key);
        throw error;
      });
    } else await this.#transport.send(text, to);
  }

  #resend(text: string, to: Address): void {
    this.#transport
      .send(text, to)
      .catch((error: unknown) => this.log.debug({ code: 'unsent', to, error: String(error) }, 'sip retransmission'));
  }

  /** The connection that the call already has, before where its Contact points. */
  #destinationOf(request: WireRequest): Address | Promise<Address> {
    const pinned = this.#pinned.get(headerOf(request.headers, 'Call-ID') ?? '');
    if (pinned && this.#transport.reaches(pinned)) return pinned;
    return routeOf(request, isIP(this.#options.host) === 6 ? 6 : 4);
  }
}

const requestKey = (branch: string | undefined, method: string): string => `${branch ?? ''} ${method}`;
const finalKey = (branch: string): string => `${branch} final`;
