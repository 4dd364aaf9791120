/** The SIP edge: its listeners, and every call upon them. The dial plan, the media and the room are its caller's. */
import { type IncomingRequestMessage, type InviteUserAgentServer, TransactionState } from 'sip.js/lib/core/index.js';
import type { Call } from './dialog/call.ts';
import type {
  Dialog,
  Failure,
  Identity,
  IncomingDialog,
  OutgoingDialog,
  RemoteParty,
  Source,
} from './dialog/dialog.ts';
import { IncomingCall } from './dialog/incoming.ts';
import { OutgoingCall, type PlaceOptions } from './dialog/outgoing.ts';
import { answerTimer, usualTimer } from './dialog/session-timer.ts';
import { createAuthentication } from './identity/authentication.ts';
import { type Caller, identify } from './identity/callers.ts';
import { createRegistrar } from './identity/registrar.ts';
import { OutgoingRegistration } from './identity/registration.ts';
import { accountIn, type OwnAddress, type Way, wayTo } from './identity/way.ts';
import { Listener } from './listener.ts';
import { type Census, type Listeners, openListeners, type Place } from './listeners.ts';
import type {
  Authorisation,
  Ban,
  RegisterOptions,
  Registrar,
  Registration,
  SipHooks,
  SipLog,
  SipSettings,
} from './settings.ts';
import { parseTarget } from './target.ts';
import { createGate } from './transport/gate.ts';
import { systemNames } from './transport/location.ts';

export interface SipEdge {
  /** Binds UDP, TCP and TLS; rejects if a port is taken. */
  start(): Promise<void>;
  /** Hangs up every call, waits up to a second for the peers, and closes everything it made. */
  close(): Promise<void>;
  /** The bound port of UDP and TCP, known after `start`. */
  readonly port: number;
  /** The bound port of TLS, where there is TLS. */
  readonly tlsPort: number | undefined;
  /** Every call that is not over. */
  readonly dialogs: readonly Dialog[];
  /**
   * Calls `sip:user@host[:port][;transport=tcp|tls]` or `sips:…`; `sip:account@` our realm or address is a codec that has registered
   * here, or has failed as `unavailable`. Throws `BadTarget` for any other target; what goes wrong later is a `failed` event, at the earliest after the caller's present step, so that its listeners are in place.
   */
  place(target: string, options: PlaceOptions): OutgoingDialog;
  /** One listener, called for each call that `authorise` let through; it answers or rejects in its own time. */
  onIncoming(listener: (dialog: IncomingDialog) => void): void;
  readonly registrar: Registrar;
  /** Registers us elsewhere, and keeps it up until it is closed. Throws `BadTarget`. */
  register(options: RegisterOptions): Registration;
  /** Sources that are met with silence. */
  readonly bans: readonly Ban[];
  /** Listens to this source again. */
  unban(ip: string): void;
  /** What it holds at present, and how many sources its guard remembers. */
  readonly census: Census & { calls: number; sources: number };
}

/** The target is no SIP URI that can be called here. */
export class BadTarget extends Error {
  readonly code = 'badTarget';
}

const notRegistered: Failure = { code: 'notRegistered', status: 480, reason: 'Not registered' };
const silent: SipLog = { debug() {}, warn() {} };
/** Milliseconds that peers have to confirm our BYE before the sockets close. */
const farewellMs = 1_000;
/** CS3, which routers take for video and what belongs to it (RFC 4594 §4.6), with its two ECN bits. */
const classSelector3 = 0x60;

export function createSipEdge(settings: SipSettings, hooks: SipHooks = {}): SipEdge {
  const log = hooks.log ?? silent;
  const calls = new Map<string, Call & Dialog>();
  const probeIntervalMs = settings.probeIntervalMs ?? 30_000;
  const sessionTimer = settings.sessionTimer ?? usualTimer;
  const maxDialogs = settings.maxDialogs ?? 200;
  const hasCall = (ip: string) =>
    [...calls.values()].some(({ state, remote }) => state === 'established' && remote.source.ip === ip);
  const authentication = createAuthentication({ realm: settings.realm, account: hooks.account });
  const registrar = createRegistrar({ authentication, hooks, log });
  const registrations = new Set<OutgoingRegistration>();
  const names = settings.names ?? systemNames();
  const isKnown = (ip: string) => hasCall(ip) || registrar.knows(ip) || (hooks.isTrusted?.(ip) ?? false);
  const gate = createGate({ limits: settings.guard, isKnown, log });
  let listeners: Listeners | undefined;
  let incoming: ((dialog: IncomingDialog) => void) | undefined;

  function onInvite(request: InviteUserAgentServer, listener: Listener): void {
    let cancelled = false;
    request.delegate = {
      onCancel: () => {
        cancelled = true;
        request.reject({ statusCode: 487 });
      },
    };
    request.trying();
    const full = noRoom();
    if (full) return void request.reject(full);
    // Without its transaction the edge has closed meanwhile.
    const isOver = () => cancelled || !listener.core.userAgentServers.has(request.transaction.id);
    admit(request, listener)
      .then(({ verdict, caller }) => {
        if (isOver()) return;
        if (verdict === 'challenge') challenge(request, caller);
        else if (verdict !== 'accept') refuse(request, listener, verdict);
        else receiveCall(request, listener, caller.identity);
      })
      .catch((error: unknown) => {
        log.warn({ code: 'authoriseFailed', error: String(error) }, 'sip call refused');
        if (!isOver() && request.transaction.state === TransactionState.Proceeding) request.reject({ statusCode: 500 });
      });
  }

  /** Why nobody's call can be taken at present. */
  function noRoom(): { statusCode: number; reasonPhrase: string } | undefined {
    if (!incoming) return { statusCode: 480, reasonPhrase: 'Temporarily Unavailable' };
    return calls.size >= maxDialogs ? { statusCode: 486, reasonPhrase: 'Busy Here' } : undefined;
  }

  function refuse(
    request: InviteUserAgentServer,
    listener: Listener,
    { status, reason }: Exclude<Authorisation, string>,
  ): void {
    request.reject({ statusCode: status, reasonPhrase: reason });
    if (status === 403 || status === 404) record('call', request.message, targetOf(request.message), listener);
  }

  async function admit(
    { message }: InviteUserAgentServer,
    listener: Listener,
  ): Promise<{ verdict: Authorisation; caller: Caller }> {
    const caller = await identify(message, listener, { authentication, registrar });
    if (caller.isUnprovenAccount) return { verdict: 'challenge', caller };
    if (!hooks.authorise) return { verdict: 'accept', caller };
    const from = message.from.uri.toString();
    const source = listener.sourceOf(message);
    const verdict = await hooks.authorise({ source, from, target: targetOf(message), identity: caller.identity });
    return { verdict, caller };
  }

  /** RFC 3261 §22.2. Who has proven an account and is asked for one again is not wanted; nor has anybody one without accounts. */
  function challenge(request: InviteUserAgentServer, { identity, asker, isStale }: Caller): void {
    if (!hooks.account || identity.account !== undefined) return void request.reject({ statusCode: 403 });
    const extraHeaders = authentication.challenge(asker, isStale).map((value) => `WWW-Authenticate: ${value}`);
    request.reject({ statusCode: 401, extraHeaders });
  }

  function receiveCall(request: InviteUserAgentServer, listener: Listener, identity: Identity): void {
    const full = noRoom(); // others may have taken the last place while this one was asked about
    if (full) return void request.reject(full);
    const timer = answerTimer(request.message, sessionTimer);
    if (timer.kind === 'tooSmall') return void request.reject({ statusCode: 422, extraHeaders: timer.headers });
    const call = new IncomingCall({
      request,
      listener,
      probeIntervalMs,
      sessionTimer,
      timer,
      target: targetOf(request.message),
      remote: remoteOf(request, listener, identity),
      onOver: () => calls.delete(call.id),
    });
    calls.set(call.id, call);
    try {
      incoming?.(call);
    } catch (error) {
      log.warn({ code: 'listenerThrew', error: String(error) }, 'sip call refused');
      call.reject(500);
    }
  }

  function onRefer(message: IncomingRequestMessage, listener: Listener): void {
    log.warn({ code: 'referRefused' }, 'an endpoint asked for a transfer');
    record('refer', message, (message.getHeader('Refer-To') ?? '').slice(0, 256), listener);
  }

  function record(kind: 'refer' | 'call', message: IncomingRequestMessage, target: string, listener: Listener): void {
    try {
      hooks.refusedAttempt?.({ kind, source: listener.sourceOf(message), from: message.from.uri.toString(), target });
    } catch (error) {
      log.warn({ code: 'listenerThrew', error: String(error) }, 'refused attempt not told');
    }
  }

  async function open(place: Place): Promise<Listener> {
    const { userAgent, dscp = true } = settings;
    const typeOfService = dscp ? classSelector3 : 0;
    const listener = await Listener.open({
      ...{ ...place, userAgent, typeOfService, gate, log, names, onInvite, onRefer },
      registrar: hooks.account ? registrar : undefined,
    });
    if (dscp && listener.transport === 'udp') {
      hooks
        .markUdp?.(listener.port)
        .catch((error: unknown) => log.warn({ code: 'unmarked', error: String(error) }, 'sip without DSCP'));
    }
    return listener;
  }

  function ownAddress({ port, tlsPort }: Listeners): OwnAddress {
    const { advertised, advertised6, host, host6, realm } = settings;
    const hosts = [host, advertised, host6, advertised6].filter((name) => name !== undefined);
    return { realm, hosts, ports: tlsPort === undefined ? [port] : [port, tlsPort] };
  }

  function prepare(at: Listeners, { contact, pinned }: Way, options: PlaceOptions): OutgoingCall {
    const target = parseTarget(contact);
    const first = options.route === undefined ? target : parseTarget(options.route);
    if (!target || !first) throw new BadTarget(`not a SIP URI that can be called: ${contact.slice(0, 64)}`);
    const listener = at.find(pinned?.transport ?? first.transport, pinned?.ip ?? first.uri.host);
    if (!listener) throw new BadTarget(`no ${first.transport} here for ${first.uri.host}`);
    const onOver = () => calls.delete(call.id);
    const { host } = first.uri;
    const listenerBy = (transport: Source['transport']) => at.find(transport, host);
    const locate = pinned ? undefined : at.locator(first.uri.toString());
    const told = { target, listener, listenerBy, locate, probeIntervalMs, sessionTimer, onOver, pinned };
    const call = new OutgoingCall({ ...options, ...told });
    return call;
  }

  return {
    async start() {
      listeners ??= await openListeners({ ...settings, names }, open);
    },
    async close() {
      const standing = listeners;
      if (!standing) return;
      listeners = undefined;
      incoming = undefined;
      const leaving = [...registrations].map((registration) => registration.close());
      await withinTime(Promise.all([...leaving, ...[...calls.values()].map((call) => call.hangUp())]), farewellMs);
      await standing.close();
      registrar.close();
    },
    get port() {
      return listeners?.port ?? settings.port;
    },
    get tlsPort() {
      return listeners?.tlsPort;
    },
    get dialogs() {
      return [...calls.values()];
    },
    place(text, options) {
      if (!listeners) throw new Error('the SIP edge is not started');
      const account = accountIn(text, ownAddress(listeners), (user) => registrar.bindingsOf(user).length > 0);
      const way = account === undefined ? { contact: text } : wayTo(registrar.boundTo(account));
      const call = prepare(listeners, way ?? { contact: text }, options);
      calls.set(call.id, call);
      queueMicrotask(() => (way ? void call.start() : call.fail(notRegistered)));
      return call;
    },
    registrar,
    register(options) {
      if (!listeners) throw new Error('the SIP edge is not started');
      const target = parseTarget(options.registrar);
      const listener = target && listeners.find(target.transport, target.uri.host);
      if (!listener) throw new BadTarget(`not a registrar that can be reached: ${options.registrar.slice(0, 64)}`);
      const { credentials } = listener;
      const onClosed = () => registrations.delete(registration);
      const locate = listeners.locator(target.uri.toString(), listener.transport);
      const registration = new OutgoingRegistration({
        ...options,
        locate,
        target: target.uri,
        listener,
        credentials,
        onClosed,
      });
      registrations.add(registration);
      return registration;
    },
    onIncoming(listener) {
      incoming = listener;
    },
    get bans() {
      return gate.bans;
    },
    unban: gate.unban,
    get census() {
      const held = listeners?.census ?? { transactions: 0, dialogs: 0, timers: 0, routes: 0, connections: 0 };
      return { ...held, calls: calls.size, sources: gate.size };
    },
  };
}

function targetOf(message: IncomingRequestMessage): string {
  const user = message.ruri?.user ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

function remoteOf({ message }: InviteUserAgentServer, listener: Listener, identity: Identity): RemoteParty {
  const { displayName, uri } = message.from;
  const contact = /<([^>]{1,512})>/.exec(message.getHeader('Contact') ?? '')?.[1] ?? message.getHeader('Contact');
  const userAgent = message.getHeader('User-Agent');
  return {
    uri: uri.toString(),
    source: listener.sourceOf(message),
    identity,
    ...(displayName ? { displayName } : {}),
    ...(contact ? { contact } : {}),
    ...(userAgent ? { userAgent } : {}),
  };
}

async function withinTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
