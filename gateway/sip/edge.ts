/** The SIP edge: both listeners, and every call upon them. The dial plan, the media and the room are its caller's. */
import type { IncomingRequestMessage, InviteUserAgentServer } from 'sip.js/lib/core/index.js';
import type { Call } from './call.ts';
import type { Dialog, IncomingDialog, OutgoingDialog, RemoteParty } from './dialog.ts';
import { IncomingCall } from './incoming.ts';
import { Listener } from './listener.ts';
import { OutgoingCall, type PlaceOptions } from './outgoing.ts';
import type { Authorisation, SipHooks, SipLog, SipSettings } from './settings.ts';
import { parseTarget } from './target.ts';
import { bindTcp } from './transport-tcp.ts';
import { bindUdp } from './transport-udp.ts';

export interface SipEdge {
  /** Binds UDP and TCP; rejects if the port is taken. */
  start(): Promise<void>;
  /** Hangs up every call, waits up to a second for the peers, and closes everything it made. */
  close(): Promise<void>;
  /** The bound port, known after `start`. */
  readonly port: number;
  /** Every call that is not over. */
  readonly dialogs: readonly Dialog[];
  /**
   * Calls `sip:user@host[:port][;transport=tcp]`. Throws `BadTarget` for any other target; what goes wrong later is a
   * `failed` event, at the earliest after the caller's present step, so that its listeners are in place.
   */
  place(target: string, options: PlaceOptions): OutgoingDialog;
  /** One listener, called for each call that `authorise` let through; it answers or rejects in its own time. */
  onIncoming(listener: (dialog: IncomingDialog) => void): void;
}

/** The target is no SIP URI that can be called over UDP or TCP. */
export class BadTarget extends Error {
  readonly code = 'badTarget';
}

const silent: SipLog = { debug() {}, warn() {} };
/** Milliseconds that peers have to confirm our BYE before the sockets close. */
const farewellMs = 1_000;

export function createSipEdge(settings: SipSettings, hooks: SipHooks = {}): SipEdge {
  const log = hooks.log ?? silent;
  const calls = new Map<string, Call & Dialog>();
  const probeIntervalMs = settings.probeIntervalMs ?? 30_000;
  const maxDialogs = settings.maxDialogs ?? 200;
  let listeners: { udp: Listener; tcp: Listener } | undefined;
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
      identity: {},
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

  function open(bind: typeof bindUdp, port: number): Promise<Listener> {
    const { host, advertised, userAgent } = settings;
    return Listener.open({ bind, host, port, advertised, userAgent, log, onInvite, onRefer });
  }

  return {
    async start() {
      if (listeners) return;
      listeners = await openBoth(open, settings.port);
    },
    async close() {
      const standing = listeners;
      if (!standing) return;
      listeners = undefined;
      incoming = undefined;
      await withinTime(Promise.all([...calls.values()].map((call) => call.hangUp())), farewellMs);
      await Promise.all([standing.udp.close(), standing.tcp.close()]);
    },
    get port() {
      return listeners?.udp.port ?? settings.port;
    },
    get dialogs() {
      return [...calls.values()];
    },
    place(text, options) {
      const target = parseTarget(text);
      if (!target) throw new BadTarget(`not a SIP URI that can be called: ${text.slice(0, 64)}`);
      if (!listeners) throw new Error('the SIP edge is not started');
      const listener = listeners[target.transport];
      const onOver = () => calls.delete(call.id);
      const call = new OutgoingCall({ ...options, target, listener, probeIntervalMs, onOver });
      calls.set(call.id, call);
      queueMicrotask(() => void call.start());
      return call;
    },
    onIncoming(listener) {
      incoming = listener;
    },
  };
}

/** UDP and TCP on one port number. With port 0 the number that UDP got may be taken on TCP: then another one is tried. */
async function openBoth(
  open: (bind: typeof bindUdp, port: number) => Promise<Listener>,
  port: number,
): Promise<{ udp: Listener; tcp: Listener }> {
  for (let attempt = 1; ; attempt += 1) {
    const udp = await open(bindUdp, port);
    try {
      return { udp, tcp: await open(bindTcp, udp.port) };
    } catch (error) {
      await udp.close();
      if (port !== 0 || attempt === 10) throw error;
    }
  }
}

function targetOf({ message }: InviteUserAgentServer): string {
  const user = message.ruri?.user ?? '';
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

function remoteOf({ message }: InviteUserAgentServer, listener: Listener): RemoteParty {
  const { displayName, uri } = message.from;
  const contact = /<([^>]{1,512})>/.exec(message.getHeader('Contact') ?? '')?.[1] ?? message.getHeader('Contact');
  const userAgent = message.getHeader('User-Agent');
  return {
    uri: uri.toString(),
    source: listener.sourceOf(message),
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
