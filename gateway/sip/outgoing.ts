/** A call that we place: we are the UAC (RFC 3261 §13.2). */
import {
  type AckableIncomingResponseWithSession,
  type IncomingResponse,
  type IncomingResponseMessage,
  type InviteUserAgentClient,
  TransactionState,
} from 'sip.js/lib/core/index.js';
import { Call, type CallOptions } from './call.ts';
import type { Failure, OutgoingDialog, RemoteParty, Source } from './dialog.ts';
import { failureCode } from './failure.ts';
import { credentialLines } from './identity/credentials.ts';
import { timing } from './retransmit.ts';
import { Session } from './session.ts';
import { allow, sdpBody, statusOf } from './session-headers.ts';
import { quotable, routeTo, type Target } from './target.ts';

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
}

export class OutgoingCall extends Call implements OutgoingDialog {
  readonly direction = 'out';
  readonly target: string;
  readonly remote: RemoteParty;
  readonly #options: OutgoingCallOptions;
  #request: InviteUserAgentClient | undefined;
  #stopPatience: () => void = () => {};
  #stopCancelGuard: () => void = () => {};
  #concluded: () => void = () => {};

  constructor(options: OutgoingCallOptions) {
    const onOver = () => {
      this.#forgetLater();
      options.onOver();
    };
    super({ ...options, onOver }, 'preparing');
    this.#options = options;
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
      const sdp = await this.#options.offer();
      if (this.current === 'preparing') this.#invite(sdp);
    } catch (error) {
      this.listener.log.warn({ code: 'noOffer', error: String(error) }, 'call could not be placed');
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

  #invite(sdp: string): void {
    const { target, callerName, credentials, fromUser, pinned, route } = this.#options;
    const { core } = this.listener;
    const message = core.makeOutgoingRequestMessage(
      'INVITE',
      target.uri,
      this.listener.uriOf(fromUser),
      target.uri,
      { fromDisplayName: quotable(callerName), routeSet: route === undefined ? [] : [routeTo(route)] },
      [`Contact: ${this.listener.contact}`, allow, 'Accept: application/sdp'],
      sdpBody(this.stamp(sdp)),
    );
    if (pinned) this.listener.pin(message.callId, pinned);
    if (credentials) this.listener.credentials.set(message.callId, credentials);
    this.current = 'calling';
    const refused = (response: IncomingResponse) => this.#receiveRefusal(response.message);
    const request = core.invite(message, {
      onTrying: () => this.#unlessOver(() => this.emit('trying')),
      onProgress: ({ message: { statusCode } }) => this.#receiveProgress(statusCode ?? 0),
      onAccept: (response) => this.#receiveAnswer(response),
      onReject: refused,
      onRedirect: refused,
    }) as InviteUserAgentClient;
    this.#request = request;
    this.#stopPatience = this.listener.after(this.#options.answerWithinMs ?? 90_000, () => this.#losePatience(request));
    this.#watch(request);
  }

  /** A 2xx that the library drops as malformed, without To tag for example, ends the transaction without a word. */
  #watch(request: InviteUserAgentClient): void {
    const { transaction } = request;
    const look = () => {
      if (transaction.state !== TransactionState.Terminated || this.session) return;
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
    if (!credentials && !pinned) return;
    listener.after(64 * timing.t1, () => {
      listener.unpin(callId);
      listener.credentials.forget(callId);
    });
  }

  #losePatience(request: InviteUserAgentClient): void {
    this.#cancel(request).catch((error: unknown) =>
      this.listener.log.debug({ code: 'cancelFailed', error: String(error) }, 'sip'),
    );
    this.finish('failed', { code: 'noAnswer', status: 0, reason: 'not answered in time' });
  }

  #receiveProgress(status: number): void {
    if (status < 180 || this.current !== 'calling') return;
    this.current = 'ringing';
    this.emit('ringing');
  }

  #receiveAnswer({ message, session, ack }: AckableIncomingResponseWithSession): void {
    const isFirst = this.current === 'calling' || this.current === 'ringing';
    const extraHeaders = this.#request ? credentialLines(this.#request.message) : [];
    if (!isFirst || !message.body) {
      // Answered after our CANCEL, by a second device of a forked call (RFC 3261 §13.2.2.4), or without an answer to our offer.
      ack({ extraHeaders });
      session.bye({ onAccept: () => this.#conclude(), onReject: () => this.#conclude() });
      if (isFirst)
        this.finish('failed', { code: 'notAcceptable', status: 200, reason: 'answer without a description' });
      return;
    }
    this.#stopPatience();
    const source = this.listener.sourceOf(message);
    this.session = new Session(session, this, source, false); // before the ACK: it knows the way to who is behind a NAT
    ack({ extraHeaders });
    this.remote.source = source;
    const certificate = this.listener.certificateOf(message);
    this.remote.identity = certificate ? { certificate } : {};
    this.remote.contact = this.session.remoteContact;
    const userAgent = message.getHeader('User-Agent') ?? message.getHeader('Server');
    if (userAgent !== undefined) this.remote.userAgent = userAgent;
    this.establish(message.body);
  }

  #receiveRefusal(message: IncomingResponseMessage): void {
    this.#conclude();
    const { status, reason } = statusOf(message);
    this.finish('failed', { code: failureCode(status, Boolean(message.callId)), status, reason });
  }

  /** RFC 3261 §9.1. Resolves at the INVITE's own final response, or after 64·T1, when the call counts as cancelled. */
  #cancel(request: InviteUserAgentClient): Promise<void> {
    this.#stopPatience();
    this.listener.credentials.forget(this.callId); // a challenge that comes now must not make it ring again
    request.cancel();
    return new Promise((resolve) => {
      this.#concluded = resolve;
      this.#stopCancelGuard = this.listener.after(64 * timing.t1, () => {
        this.listener.core.userAgentClients.delete(`${request.transaction.id}INVITE`);
        request.dispose();
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
