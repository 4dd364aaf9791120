/**
 * One transport with the sip.js core on top of it: what comes in is checked and normalised before the library sees it. What leaves
 * goes through `departure.ts`.
 */
import { isIP } from 'node:net';
import {
  type IncomingMessage,
  IncomingRequestMessage,
  type InviteUserAgentServer,
  URI,
  type UserAgentCore,
} from 'sip.js/lib/core/index.js';
import type { Source } from './dialog/dialog.ts';
import { answerer, dispatch, hasDialog, type InDialog } from './dispatch.ts';
import { createCredentials } from './identity/credentials.ts';
import type { SipRegistrar } from './identity/registrar.ts';
import { createCore, createLibraryLog, toLibrary } from './library.ts';
import type { Census } from './listeners.ts';
import type { SipLog } from './settings.ts';
import { admit } from './transport/admission.ts';
import { openBranch } from './transport/branch.ts';
import type { Certificate } from './transport/certificate.ts';
import { Departure, type Door } from './transport/departure.ts';
import type { Gate } from './transport/gate.ts';
import { isKeepAlive } from './transport/guard.ts';
import type { Names } from './transport/location.ts';
import { withoutSips } from './transport/sips.ts';
import { statelessReply, withContact, withoutContacts } from './transport/stateless.ts';
import type { Transport, TransportOptions } from './transport/transport.ts';
import { bracket, stampSource, topVia, withTopVia } from './transport/via.ts';
import {
  type Address,
  type Header,
  headerOf,
  parseMessage,
  type Refused,
  type WireRequest,
  type WireResponse,
} from './transport/wire.ts';

export interface ListenerOptions {
  bind: (options: TransportOptions) => Promise<Transport>;
  host: string;
  port: number;
  advertised: string;
  userAgent: string;
  /** DSCP and ECN of its connections. */
  typeOfService: number;
  gate: Gate;
  /** Without one every REGISTER is refused. */
  registrar: SipRegistrar | undefined;
  log: SipLog;
  names: Names;
  onInvite: (request: InviteUserAgentServer, listener: Listener) => void;
  /** A transfer that was asked for, and refused. */
  onRefer: (message: IncomingRequestMessage, listener: Listener) => void;
}

interface Origin {
  source: Source;
  certificate?: Certificate;
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
  /** What its calls answer when they are challenged. */
  readonly credentials = createCredentials();
  readonly door: Door;
  readonly #options: ListenerOptions;
  readonly #departure: Departure;
  readonly #origins = new WeakMap<IncomingMessage, Origin>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #loggerFactory;
  /** All listeners of the edge: a message within a dialog may come by another transport than the one it began on. */
  #group: readonly Listener[] = [this];

  /** Binds; rejects if the port is taken. */
  static async open(options: ListenerOptions): Promise<Listener> {
    let listener: Listener | undefined;
    const { host, port, gate, typeOfService } = options;
    const transport = await options.bind({
      host,
      port,
      typeOfService,
      welcomes: gate.welcomes,
      isKnown: gate.isKnown,
      onMessage: (bytes, from) => {
        if (listener) listener.#receive(bytes, from);
      },
      onGone: ({ ip, port }) => listener && options.registrar?.disconnect({ ip, port, transport: listener.transport }),
      onFault: (fault) => options.log.debug(fault, 'sip transport'),
    });
    listener = new Listener(options, transport);
    return listener;
  }

  private constructor(options: ListenerOptions, transport: Transport) {
    this.#options = options;
    this.log = options.log;
    this.advertised = options.advertised;
    this.#loggerFactory = createLibraryLog(options.log);
    const kind = kinds[transport.protocol];
    const sentBy = `${bracket(options.advertised)}:${transport.port}`;
    this.door = { transport, kind, family: isIP(options.host) === 6 ? 6 : 4, sentBy };
    this.#departure = new Departure({
      own: this.door,
      log: options.log,
      names: options.names,
      core: () => this.core,
      onApproach: options.gate.approach,
      onFinal: options.gate.final,
    });
    this.core = this.#createCore();
  }

  /** Tells it of the others, once all are open. */
  join(group: readonly Listener[]): void {
    this.#group = group;
    this.#departure.doors = group.map(({ door }) => door);
  }

  get transport(): Source['transport'] {
    return this.door.kind;
  }

  get port(): number {
    return this.door.transport.port;
  }

  /** What it holds at present. */
  get census(): Census {
    const { pinned, repeating, ways } = this.#departure.census;
    return {
      transactions: this.core.userAgentServers.size + this.core.userAgentClients.size,
      dialogs: this.core.dialogs.size + this.dialogs.size,
      timers: this.#timers.size + repeating,
      routes: pinned + ways + this.credentials.size,
      connections: this.door.transport.connections,
    };
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
    return this.#origins.get(message)?.source ?? { ip: '', port: 0, transport: this.transport };
  }

  /** What the peer presented on the TLS connection that this message came by. */
  certificateOf(message: IncomingMessage): Certificate | undefined {
    return this.#origins.get(message)?.certificate;
  }

  /** Requests of this call go to where its messages came from instead of its Contact, or to where a name was found. */
  pin(callId: string, way: Source & Address): void {
    this.#departure.pin(callId, way);
  }

  unpin(callId: string): void {
    this.#departure.unpin(callId);
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
    this.#departure.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.core.dispose();
    await this.door.transport.close();
  }

  #createCore(): UserAgentCore {
    return createCore({
      host: bracket(this.advertised),
      port: this.port,
      userAgent: this.#options.userAgent,
      loggerFactory: this.#loggerFactory,
      answerChallenge: () => this.credentials.create(this.#loggerFactory),
      transport: { protocol: this.door.transport.protocol, send: (text) => this.#departure.send(text) },
      onInvite: (request) => this.#options.onInvite(request, this),
    });
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #receive(bytes: Buffer, from: Address): void {
    if (!this.#options.gate.welcomes(from.ip) || isKeepAlive(bytes)) return;
    const message = parseMessage(bytes);
    if (message?.kind === 'response') this.#receiveResponse(message, from);
    else this.#receiveUnproven(message, from);
  }

  /** A request, or what was meant as one. */
  #receiveUnproven(message: WireRequest | Refused | undefined, from: Address): void {
    const { gate } = this.#options;
    const arrival = { from, transport: this.transport, isSecure: false, method: message?.method ?? '' };
    if (message?.kind === 'request') {
      const { request, isSecure } =
        this.transport === 'tls' ? withoutSips(message) : { request: message, isSecure: false };
      const headers = stampSource(request.headers, { ...arrival, isSecure });
      if (headers) {
        this.#receiveRequest({ ...request, headers }, from);
        return;
      }
    }
    gate.fault(from.ip, 'malformed');
    const headers = message?.kind === 'refused' ? stampSource(message.headers, arrival) : undefined;
    if (message?.kind === 'refused' && headers) this.#refuse({ ...message, headers }, message.status, message.reason);
    else this.log.debug({ code: 'dropped', from }, 'not a SIP message, or one without a way back');
  }

  #receiveRequest(request: WireRequest, from: Address): void {
    if (this.#isTooMuch(request, from)) return;
    const admitted = admit(request);
    if (admitted.kind === 'refusal') this.#refuse(request, admitted.status, admitted.reason, admitted.extra);
    else {
      const parsed = toLibrary(
        request.method === 'REGISTER' ? withoutContacts(admitted) : admitted,
        this.#loggerFactory,
        this.log,
      );
      if (parsed instanceof IncomingRequestMessage && parsed.ruri) this.#hand(parsed, request, from);
      else {
        this.#options.gate.fault(from.ip, 'malformed');
        this.#refuse(request, 400, 'Bad Request');
      }
    }
  }

  /** True if it was dropped, or told to come back later: sources that begin too much, and what belongs to nothing. */
  #isTooMuch(request: WireRequest, { ip }: Address): boolean {
    const { gate } = this.#options;
    const branch = topVia(request.headers)?.params.get('branch') ?? '';
    if (this.#group.some(({ core }) => core.userAgentServers.has(branch))) return !gate.repetition(ip);
    if (request.method === 'ACK') return !this.#group.some(({ core }) => hasDialog(core, request));
    const verdict = gate.request(ip, headerOf(request.headers, 'User-Agent'));
    if (verdict === 'pass' && this.core.userAgentServers.size <= maxTransactions) return false;
    if (verdict !== 'silence') this.#refuse(request, 503, 'Service Unavailable', [{ name: 'Retry-After', value: '5' }]);
    return true;
  }

  #hand(message: IncomingRequestMessage, request: WireRequest, from: Address): void {
    const owner = this.#ownerOf(message);
    owner.#note(message, this, from);
    if (message.method === 'ACK') owner.#departure.noteAck(message.viaBranch);
    try {
      const { core, dialogs } = owner;
      const onRegister = this.#options.registrar && (() => this.#register(message, request));
      const onRefer = () => this.#options.onRefer(message, owner);
      dispatch(message, { core, dialogs, onRefer, onRegister });
    } catch (error) {
      this.log.warn({ code: 'libraryThrew', method: message.method, error: String(error) }, 'sip request failed');
      this.#refuse(request, 500, 'Server Internal Error');
    }
  }

  /** A transaction is only for who at least tries to prove something: to challenge a flood costs no memory. */
  #register(message: IncomingRequestMessage, request: WireRequest): void {
    const source = this.sourceOf(message);
    const challenge = this.#options.registrar?.challengeTo(request, source);
    if (challenge) this.#refuse(request, 401, 'Unauthorized', challenge);
    else this.#options.registrar?.receive(request, source, answerer(this.core, message));
  }

  /** A peer may send what is large, or all, by another transport than the one its call began on (RFC 3261 §18.1.1). */
  #ownerOf({ viaBranch, callId, toTag, fromTag }: IncomingRequestMessage): Listener {
    const isOwner = ({ core }: Listener) =>
      core.userAgentServers.has(viaBranch) || (Boolean(toTag) && core.dialogs.has(callId + toTag + fromTag));
    return isOwner(this) ? this : (this.#group.find(isOwner) ?? this);
  }

  #note(message: IncomingMessage, by: Listener, { ip, port }: Address): void {
    const certificate = by.door.transport.certificateOf({ ip, port });
    const source = { ip, port, transport: by.transport };
    this.#origins.set(message, certificate ? { source, certificate } : { source });
  }

  #receiveResponse(response: WireResponse, from: Address): void {
    const via = topVia(response.headers);
    const [, method = ''] = (headerOf(response.headers, 'CSeq') ?? '').split(/[ \t]+/);
    const callId = headerOf(response.headers, 'Call-ID') ?? '';
    const branch = openBranch(via?.params.get('branch') ?? '', callId);
    if (!via || branch === undefined || `${via.host}:${via.port}` !== this.door.sentBy) {
      this.log.debug({ code: 'dropped', from }, 'response to a request that is not ours'); // RFC 3261 §18.1.2
      return;
    }
    via.params.set('branch', branch);
    const owner = this.#group.find(({ core }) => core.userAgentClients.has(branch + method)) ?? this;
    owner.#departure.noteResponse(branch, method, response.status);
    const headers = withTopVia(response.headers, via);
    const readable = withContact(owner.credentials.present({ ...response, headers }), method, from);
    const parsed = toLibrary(readable, this.#loggerFactory, this.log);
    if (!parsed || parsed instanceof IncomingRequestMessage) return;
    owner.#note(parsed, this, from);
    try {
      owner.core.receiveIncomingResponseFromTransport(parsed);
    } catch (error) {
      this.log.warn({ code: 'libraryThrew', method, error: String(error) }, 'sip response failed');
    }
  }

  /** Answers without keeping state (RFC 3261 §8.2.7); an ACK is never answered. */
  #refuse(request: WireRequest | Refused, status: number, reason: string, extra: Header[] = []): void {
    if (request.method === 'ACK') return;
    const response = statelessReply(request, status, reason, extra);
    this.#departure
      .sendResponse(response)
      .catch((error: unknown) => this.log.debug({ code: 'unsent', status, error: String(error) }, 'sip response'));
  }
}

const kinds = { UDP: 'udp', TCP: 'tcp', TLS: 'tls' } as const;
