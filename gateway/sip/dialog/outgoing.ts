/** A call that we place: we are the UAC (RFC 3261 §13.2). */
import {
  type AckableIncomingResponseWithSession,
  type IncomingResponse,
  type IncomingResponseMessage,
  type InviteUserAgentClient,
  type PrackableIncomingResponseWithSession,
  SessionDialog,
  TransactionState,
} from 'sip.js/lib/core/index.js';
import { credentialLines } from '../identity/credentials.ts';
import type { Listener } from '../listener.ts';
import { quotable, routeTo, type Target } from '../target.ts';
import type { Located } from '../transport/location.ts';
import { timing } from '../transport/retransmit.ts';
import { Call, type CallOptions } from './call.ts';
import type { Failure, OutgoingDialog, RemoteParty, Source } from './dialog.ts';
import { failureCode } from './failure.ts';
import { forgetClient } from './in-dialog.ts';
import { readCause } from './reason.ts';
import { pinWay } from './remote-target.ts';
import { Session } from './session.ts';
import { allow, listsTag, sdpBody, statusOf } from './session-headers.ts';
import { agreedTimer, demandedMinimum, offerTimer } from './session-timer.ts';

/** What `place` is told. */
export interface PlaceOptions {
  /** Shown on the other end's display; any text. */
  callerName: string;
  /** User part of our From, which a codec's call list dials back. */
  fromUser: string;
  /** Our description. Asked for once, when the call starts, so that media is set up only then. */
  offer: () => string | Promise<string>;
  /** How long it may ring, in milliseconds; then it is cancelled and has failed with `noAnswer`. Default 90 000. */
  answerWithinMs?: number;
  /** For an outside registrar or trunk that asks who we are (401, 407). */
  credentials?: { user: string; password: string };
  /** URI of an outbound proxy that the call goes through (RFC 3261 §8.1.2). */
  route?: string;
}

export interface OutgoingCallOptions extends CallOptions, PlaceOptions {
  target: Target;
  /** Where its requests go to, whatever its target says: a codec that has registered here. */
  pinned: Source | undefined;
  /** Where its first request may go, for a target by name; does not reject. */
  locate: (() => Promise<Located[]>) | undefined;
  /** The listener for a place that was found. */
  listenerBy: (transport: Source['transport']) => Listener | undefined;
}

export class OutgoingCall extends Call implements OutgoingDialog {
  readonly direction = 'out';
  readonly target: string;
  readonly remote: RemoteParty;
  readonly #options: Omit<OutgoingCallOptions, 'offer'>;
  /** Until it is asked for: transactions that hold this call are not to hold what makes its media. */
  #offer: PlaceOptions['offer'] | undefined;
  #request: InviteUserAgentClient | undefined;
  /** Our description as it was sent. */
  #described = '';
  /** For a target by name: where it is tried now, and what is left. */
  #places: Located[] = [];
  /** Session interval that we ask for. */
  #seconds: number;
  /** Descriptions in provisional responses, by the To tag of who sent them. */
  readonly #early = new Map<string, string>();
  #stopPatience: () => void = () => {};
  #stopCancelGuard: () => void = () => {};
  #concluded: () => void = () => {};

  constructor({ offer, ...options }: OutgoingCallOptions) {
    const onOver = () => {
      this.#forgetLater();
      options.onOver();
    };
    super({ ...options, onOver }, 'preparing');
    this.#offer = offer;
    this.#options = options;
    this.#seconds = options.sessionTimer.expires;
    const { uri, transport } = options.target;
    this.target = uri.user ?? '';
    this.remote = { uri: uri.toString(), source: { ip: '', port: 0, transport } };
  }

  get callId(): string {
    return this.#request?.message.callId ?? '';
  }

  /** Asks for the offer and sends the INVITE. Never rejects: what goes wrong is a `failed` event. */
  async start(): Promise<void> {
    try {
      const [sdp, places] = await Promise.all([this.#offer?.(), this.#options.locate?.()]);
      this.#offer = undefined;
      if (sdp === undefined || this.current !== 'preparing') return;
      if (places?.length === 0) return this.fail({ code: 'unreachable', status: 0, reason: 'Unknown host' });
      this.#places = places ?? [];
      this.current = 'calling';
      const patience = this.#options.answerWithinMs ?? 90_000;
      this.#stopPatience = this.listener.after(patience, () => this.#losePatience());
      this.#invite(this.stamp(sdp));
    } catch (error) {
      this.listener.log.warn({ code: 'noOffer', error: String(error) }, 'call could not be placed');
      this.#conclude();
      this.finish('failed', { code: 'noOffer', status: 0, reason: String(error) });
    }
  }

  /** It cannot even be tried. */
  fail(failure: Failure): void {
    this.finish('failed', failure);
  }

  async hangUp(): Promise<void> {
    const request = this.#request;
    const wasUnanswered = this.current === 'calling' || this.current === 'ringing';
    const told = wasUnanswered && request ? this.#cancel(request) : this.session?.bye();
    this.finish('ended', { by: 'local' });
    await told;
  }

  acknowledged(): void {
    // Only a UAS waits for an ACK.
  }

  /** The first INVITE, or that of the same call once more, with a higher CSeq (RFC 4028 §7.3). */
  #invite(described: string, former?: InviteUserAgentClient): void {
    const { target, callerName, credentials, fromUser, listenerBy, pinned, route } = this.#options;
    const [place] = this.#places;
    if (place) this.listener = listenerBy(place.transport) ?? this.listener;
    const { core } = this.listener;
    const again = former && {
      callId: former.message.callId,
      fromTag: former.message.fromTag,
      cseq: former.message.cseq + 1,
    };
    const message = core.makeOutgoingRequestMessage(
      'INVITE',
      target.uri,
      this.listener.uriOf(fromUser),
      target.uri,
      { fromDisplayName: quotable(callerName), routeSet: route === undefined ? [] : [routeTo(route)], ...again },
      [`Contact: ${this.listener.contact}`, allow, 'Accept: application/sdp', ...this.#timer],
      sdpBody(described),
    );
    const way = pinned ?? place;
    if (way) this.listener.pin(message.callId, way);
    if (credentials) this.listener.credentials.set(message.callId, credentials);
    const refused = (response: IncomingResponse) => this.#receiveRefusal(response.message);
    const request = core.invite(message, {
      onTrying: () => this.#unlessOver(() => this.emit('trying')),
      onProgress: (response) => this.#receiveProgress(response),
      onAccept: (response) => this.#receiveAnswer(response),
      onReject: refused,
      onRedirect: refused,
    }) as InviteUserAgentClient;
    this.#request = request;
    this.#described = described;
    this.#watch(request);
  }

  /** A 2xx that the library drops as malformed, without To tag for example, ends the transaction without a word. */
  #watch(request: InviteUserAgentClient): void {
    const { transaction } = request;
    const look = () => {
      if (transaction.state !== TransactionState.Terminated || this.session || this.#request !== request) return;
      // After a challenge there is another one, with our credentials.
      if (request.transaction !== transaction) return this.#watch(request);
      this.#conclude();
      this.finish('failed', { code: 'refused', status: 0, reason: 'unusable answer' });
    };
    transaction.addStateChangeListener(look);
    look();
  }

  /** Its BYE may still be challenged, and its CANCEL needs the way of its INVITE. */
  #forgetLater(): void {
    const { credentials, pinned } = this.#options;
    const { callId, listener } = this;
    if (!credentials && !pinned && this.#places.length === 0) return;
    listener.after(64 * timing.t1, () => {
      listener.unpin(callId);
      listener.credentials.forget(callId);
    });
  }

  #losePatience(): void {
    if (this.#request) {
      this.#cancel(this.#request).catch((error: unknown) =>
        this.listener.log.debug({ code: 'cancelFailed', error: String(error) }, 'sip'),
      );
    }
    this.finish('failed', { code: 'noAnswer', status: 0, reason: 'not answered in time' });
  }

  /** 180, 183 and their kin; several, where a proxy has asked several devices. */
  #receiveProgress({ message, session, prack }: PrackableIncomingResponseWithSession): void {
    if (this.current === 'ended') return;
    if (isReliable(message)) {
      if (session instanceof SessionDialog) pinWay(this.listener, session, this.listener.sourceOf(message));
      prack({ extraHeaders: [`RAck: ${message.getHeader('RSeq')} ${message.cseq} INVITE`] }); // RFC 3262 §4
    }
    if (this.current === 'calling') {
      this.current = 'ringing';
      this.emit('ringing');
    }
    if (!message.body) return;
    if (this.#early.size < mostForks) this.#early.set(message.toTag, message.body);
    this.emit('early', { sdp: message.body });
  }

  #receiveAnswer({ message, session, ack }: AckableIncomingResponseWithSession): void {
    const isFirst = this.current === 'calling' || this.current === 'ringing';
    const extraHeaders = this.#request ? credentialLines(this.#request.message) : [];
    // An answer in a reliable provisional response need not come again (RFC 3262 §5).
    const sdp = message.body || this.#early.get(message.toTag);
    if (!isFirst || sdp === undefined) {
      // Answered after our CANCEL, by a second device of a forked call (RFC 3261 §13.2.2.4), or without an answer to our offer.
      ack({ extraHeaders });
      const done = () => !this.session && this.#conclude();
      session.bye({ onAccept: done, onReject: done });
      if (isFirst)
        this.finish('failed', { code: 'notAcceptable', status: 200, reason: 'answer without a description' });
      return;
    }
    this.#stopPatience();
    const [described, agreed] = [this.#described, agreedTimer(message)];
    // Before the ACK: it knows the way to who is behind a NAT.
    this.session = new Session({ dialog: session, owner: this, message, described, agreed, awaitsAck: false });
    ack({ extraHeaders });
    this.#meet(message, this.session);
    this.establish(sdp);
  }

  /** Now that it has answered, more is known of it. */
  #meet(message: IncomingResponseMessage, { remoteContact }: Session): void {
    const certificate = this.listener.certificateOf(message);
    const userAgent = message.getHeader('User-Agent') ?? message.getHeader('Server');
    this.remote.source = this.listener.sourceOf(message);
    this.remote.identity = certificate ? { certificate } : {};
    this.remote.contact = remoteContact;
    if (userAgent !== undefined) this.remote.userAgent = userAgent;
  }

  #receiveRefusal(message: IncomingResponseMessage): void {
    const { status, reason } = statusOf(message);
    if (status === 422 && this.current !== 'ended' && this.#raiseTimer(message)) return;
    if (this.current !== 'ended' && (status === 503 || !message.callId) && this.#goElsewhere()) return;
    this.#conclude();
    this.listener.unpin(this.callId);
    const cause = readCause(message);
    const redirectedTo = status >= 300 && status < 400 ? message.getHeader('Contact')?.slice(0, 512) : undefined;
    this.finish('failed', {
      code: failureCode(status, Boolean(message.callId), cause),
      status,
      reason,
      ...(cause && { cause }),
      ...(redirectedTo !== undefined && { redirectedTo }),
    });
  }

  /** RFC 3263 §4.3: at the next place, where this one has no room, says nothing at all or cannot be reached. */
  #goElsewhere(): boolean {
    const { callId, listener } = this;
    if (!this.#request || this.#places.length < 2) return false;
    this.#places.shift();
    listener.unpin(callId);
    listener.credentials.forget(callId);
    this.#invite(this.#described, this.#request);
    return true;
  }

  /** RFC 4028 §7.3: once more, with the interval that it demands; but not for ever. */
  #raiseTimer(message: IncomingResponseMessage): boolean {
    const seconds = demandedMinimum(message);
    if (seconds === undefined || seconds <= this.#seconds || !this.#request) return false;
    this.#seconds = seconds;
    this.#invite(this.#described, this.#request);
    return true;
  }

  /** We offer to refresh. */
  get #timer(): string[] {
    const minimum = Math.max(this.sessionTimer.minimum, this.#seconds > this.sessionTimer.expires ? this.#seconds : 0);
    return offerTimer({ seconds: this.#seconds, refresher: 'us' }, minimum);
  }

  /** RFC 3261 §9.1. Resolves at the INVITE's own final response, or after 64·T1, when the call counts as cancelled. */
  #cancel(request: InviteUserAgentClient): Promise<void> {
    this.#stopPatience();
    this.listener.credentials.forget(this.callId); // a challenge that comes now must not make it ring again
    request.cancel();
    return new Promise((resolve) => {
      this.#concluded = resolve;
      this.#stopCancelGuard = this.listener.after(64 * timing.t1, () => {
        forgetClient(this.listener, request);
        resolve();
      });
    });
  }

  #conclude(): void {
    this.#stopPatience();
    this.#stopCancelGuard();
    this.#concluded();
  }

  #unlessOver(tell: () => void): void {
    if (this.current !== 'ended') tell();
  }
}

/** How many devices of one call may describe themselves early. */
const mostForks = 16;

function isReliable(message: IncomingResponseMessage): boolean {
  return listsTag(message, 'Require', '100rel') && /^\d{1,10}$/.test(message.getHeader('RSeq') ?? '');
}
