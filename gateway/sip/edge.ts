/** The SIP edge: its listeners, and every call upon them. The dial plan, the media and the room are its caller's. */
import type { IncomingRequestMessage, InviteUserAgentServer } from 'sip.js/lib/core/index.js';
import type { Call } from './call.ts';
import type { Dialog, Identity, IncomingDialog, OutgoingDialog, RemoteParty } from './dialog.ts';
import { createGate } from './gate.ts';
import { IncomingCall } from './incoming.ts';
import { type Census, Listener } from './listener.ts';
import { type Listeners, openListeners, type Place } from './listeners.ts';
import { OutgoingCall, type PlaceOptions } from './outgoing.ts';
import type { Authorisation, Ban, SipHooks, SipLog, SipSettings } from './settings.ts';
import { parseTarget } from './target.ts';

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
   * Calls `sip:user@host[:port][;transport=tcp|tls]` or `sips:…`. Throws `BadTarget` for any other target; what goes wrong later is a
   * `failed` event, at the earliest after the caller's present step, so that its listeners are in place.
   */
  place(target: string, options: PlaceOptions): OutgoingDialog;
  /** One listener, called for each call that `authorise` let through; it answers or rejects in its own time. */
  onIncoming(listener: (dialog: IncomingDialog) => void): void;
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

const silent: SipLog = { debug() {}, warn() {} };
/** Milliseconds that peers have to confirm our BYE before the sockets close. */
const farewellMs = 1_000;
/** CS3, the class of broadcast video and its signalling (RFC 4594 §4.4 and its table 3), with its two ECN bits. */
const classSelector3 = 0x60;

export function createSipEdge(settings: SipSettings, hooks: SipHooks = {}): SipEdge {
  const log = hooks.log ?? silent;
  const calls = new Map<string, Call & Dialog>();
  const probeIntervalMs = settings.probeIntervalMs ?? 30_000;
  const maxDialogs = settings.maxDialogs ?? 200;
  const hasCall = (ip: string) =>
    [...calls.values()].some(({ state, remote }) => state === 'established' && remote.source.ip === ip);
  const isKnown = (ip: string) => hasCall(ip) || (hooks.isTrusted?.(ip) ?? false);
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
    admit(request, listener).then(
      (verdict) => {
        if (cancelled) return;
        if (verdict === 'accept') receiveCall(request, listener);
        else if (verdict === 'challenge')
          request.reject({ statusCode: 403 }); // no accounts to ask for
        else request.reject({ statusCode: verdict.status, reasonPhrase: verdict.reason });
      },
      (error: unknown) => {
        log.warn({ code: 'authoriseFailed', error: String(error) }, 'sip call refused');
        if (!cancelled) request.reject({ statusCode: 500 });
      },
    );
  }

  async function admit(request: InviteUserAgentServer, listener: Listener): Promise<Authorisation> {
    if (!incoming) return { status: 480, reason: 'Temporarily Unavailable' };
    if (calls.size >= maxDialogs) return { status: 486, reason: 'Busy Here' };
    if (!hooks.authorise) return 'accept';
    const { message } = request;
    return hooks.authorise({
      source: listener.sourceOf(message),
      from: message.from.uri.toString(),
      target: targetOf(request),
      identity: identityOf(message, listener),
    });
  }

  function receiveCall(request: InviteUserAgentServer, listener: Listener): void {
    const call = new IncomingCall({
      request,
      listener,
      probeIntervalMs,
      target: targetOf(request),
      remote: remoteOf(request, listener),
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
    const target = (message.getHeader('Refer-To') ?? '').slice(0, 256);
    log.warn({ code: 'referRefused' }, 'an endpoint asked for a transfer');
    hooks.refusedAttempt?.({
      kind: 'refer',
      source: listener.sourceOf(message),
      from: message.from.uri.toString(),
      target,
    });
  }

  async function open(place: Place): Promise<Listener> {
    const { userAgent, dscp = true } = settings;
    const typeOfService = dscp ? classSelector3 : 0;
    const listener = await Listener.open({ ...place, userAgent, typeOfService, gate, log, onInvite, onRefer });
    if (dscp && listener.transport === 'udp') {
      hooks
        .markUdp?.(listener.port)
        .catch((error: unknown) => log.warn({ code: 'unmarked', error: String(error) }, 'sip without DSCP'));
    }
    return listener;
  }

  return {
    async start() {
      listeners ??= await openListeners(settings, open);
    },
    async close() {
      const standing = listeners;
      if (!standing) return;
      listeners = undefined;
      incoming = undefined;
      await withinTime(Promise.all([...calls.values()].map((call) => call.hangUp())), farewellMs);
      await standing.close();
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
      const target = parseTarget(text);
      const first = options.route === undefined ? target : parseTarget(options.route);
      if (!target || !first) throw new BadTarget(`not a SIP URI that can be called: ${text.slice(0, 64)}`);
      if (!listeners) throw new Error('the SIP edge is not started');
      const listener = listeners.find(first.transport, first.uri.host);
      if (!listener) throw new BadTarget(`no ${first.transport} here for ${first.uri.host}`);
      const onOver = () => calls.delete(call.id);
      const call = new OutgoingCall({ ...options, target, listener, probeIntervalMs, onOver });
      calls.set(call.id, call);
      queueMicrotask(() => void call.start());
      return call;
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

function targetOf({ message }: InviteUserAgentServer): string {
  const user = message.ruri?.user ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

function identityOf(message: IncomingRequestMessage, listener: Listener): Identity {
  const certificate = listener.certificateOf(message);
  return certificate ? { certificate } : {};
}

function remoteOf({ message }: InviteUserAgentServer, listener: Listener): RemoteParty {
  const { displayName, uri } = message.from;
  const contact = /<([^>]{1,512})>/.exec(message.getHeader('Contact') ?? '')?.[1] ?? message.getHeader('Contact');
  const userAgent = message.getHeader('User-Agent');
  return {
    uri: uri.toString(),
    source: listener.sourceOf(message),
    identity: identityOf(message, listener),
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
