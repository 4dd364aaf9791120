/** What both directions have in common once a SIP dialog is confirmed: re-INVITE, UPDATE, INFO, the probe, and its end. */
import { isIP } from 'node:net';
import {
  type IncomingInfoRequest,
  type IncomingInviteRequest,
  type IncomingRequestMessage,
  type IncomingResponse,
  type Session as LibrarySession,
  NonInviteClientTransaction,
  SessionDialog,
  UserAgentClient,
  type UserAgentServer,
} from 'sip.js/lib/core/index.js';
import type { End, ReofferListener, ReofferResult, Source } from './dialog.ts';
import { answerer } from './dispatch.ts';
import type { Listener } from './listener.ts';
import { asksForKeyFrame, mediaControlType, pictureFastUpdate } from './media-control.ts';
import { startProbe } from './probe.ts';
import { reofferThroughGlare } from './reoffer.ts';
import { timing } from './retransmit.ts';
import { allow, reasonOf, sdpBody, sessionTimer } from './session-headers.ts';
import { unbracket } from './via.ts';

/** The call that a session belongs to; it is told, and it owns the session. */
export interface SessionOwner {
  readonly direction: 'in' | 'out';
  readonly listener: Listener;
  readonly probeIntervalMs: number;
  /** Puts our `o=` line into a description. */
  stamp(sdp: string): string;
  reofferListener(): ReofferListener | undefined;
  /** The ACK to our 200; `sdp` is the answer to a delayed offer. */
  acknowledged(sdp: string | undefined): void;
  renegotiated(sdp: string): void;
  keyFrameRequested(): void;
  ended(end: End): void;
}

export class Session {
  readonly #dialog: SessionDialog;
  readonly #owner: SessionOwner;
  #awaitsAck: boolean;
  #stopProbe: (() => void) | undefined;
  #afterAck: (() => void) | undefined;
  #pendingReoffer: IncomingInviteRequest | undefined;
  #awaitsAnswerInAck = false;
  #stopAckGuard: (() => void) | undefined;
  #askingForKeyFrame = false;
  #closed = false;

  /** `source` is where the peer's INVITE or 200 came from. `awaitsAck`: we are the UAS and have just sent the 200. */
  constructor(dialog: LibrarySession, owner: SessionOwner, source: Source, awaitsAck: boolean) {
    if (!(dialog instanceof SessionDialog)) throw new TypeError('not a dialog of this library');
    this.#dialog = dialog;
    this.#owner = owner;
    this.#awaitsAck = awaitsAck;
    this.#pin(source);
    dialog.delegate = {
      onAck: ({ message }) => this.#receiveAck(message),
      onAckTimeout: () => this.#receiveAckTimeout(),
      onBye: (request) => {
        request.accept();
        this.#end({ by: 'remote', ...reasonOf(request.message) });
      },
      onInfo: (request) => this.#receiveInfo(request),
      onInvite: (request) => this.#receiveReinvite(request),
    };
    owner.listener.dialogs.set(dialog.id, (message) => this.#inspect(message));
    if (!awaitsAck) this.#watch();
  }

  get remoteContact(): string {
    return this.#dialog.remoteTarget.toString();
  }

  /** Sends BYE, if need be only after the ACK (RFC 3261 §15). Resolves when it is answered or given up. */
  async bye(): Promise<void> {
    if (this.#closed) return;
    if (this.#awaitsAck) {
      await new Promise<void>((resolve) => {
        this.#afterAck = resolve;
      });
    }
    if (this.#closed) return;
    this.#release();
    const { callId } = this.#dialog;
    await new Promise<void>((resolve) => {
      const done = () => resolve();
      this.#dialog.bye({ onAccept: done, onReject: done, onRedirect: done });
    });
    this.#owner.listener.unpin(callId);
  }

  requestKeyFrame(): void {
    if (this.#closed || this.#awaitsAck || this.#askingForKeyFrame) return;
    this.#askingForKeyFrame = true;
    const done = () => {
      this.#askingForKeyFrame = false;
    };
    const body = { contentDisposition: 'render', contentType: mediaControlType, content: pictureFastUpdate };
    this.#dialog.info({ onAccept: done, onReject: done, onRedirect: done }, { body });
  }

  async reoffer(sdp: string): Promise<ReofferResult> {
    const body = sdpBody(this.#owner.stamp(sdp));
    const extraHeaders = [`Contact: ${this.#owner.listener.contact}`, allow];
    const result = await reofferThroughGlare({
      send: (delegate) => this.#dialog.invite(delegate, { body, extraHeaders }),
      ownsCallId: this.#owner.direction === 'out',
      isGone: () => this.#closed,
    });
    if (!result.ok && result.status === 481) this.#end({ by: 'remote', status: 481, reason: result.reason });
    return result;
  }

  /** Behind a NAT a Contact is of no use; on a connection the connection is the way (RFC 5626 §1). */
  #pin(source: Source): void {
    const contact = unbracket(this.#dialog.remoteTarget.host);
    const natted = this.#dialog.routeSet.length === 0 && isIP(contact) !== 0 && contact !== source.ip;
    if (source.transport !== 'udp' || natted) this.#owner.listener.pin(this.#dialog.callId, source);
  }

  #watch(): void {
    this.#stopProbe = startProbe({
      intervalMs: this.#owner.probeIntervalMs,
      ask: (answered) => this.#ask(answered),
      onLost: () => this.#abandon('no answer to OPTIONS'),
    });
  }

  #ask(answered: () => void): void {
    const message = this.#dialog.createOutgoingRequestMessage('OPTIONS', {
      extraHeaders: [`Contact: ${this.#owner.listener.contact}`, 'Accept: application/sdp'],
    });
    const note = ({ message: answer }: IncomingResponse) => {
      if (!answer.callId) return; // made up by the library itself: timeout or transport error
      answered();
      // RFC 5057 §5.1: the peer knows no such dialog any more, for example after a restart.
      if (answer.statusCode === 481) this.#finish({ by: 'remote', status: 481, reason: answer.reasonPhrase ?? '' });
    };
    new UserAgentClient(NonInviteClientTransaction, this.#owner.listener.core, message, {
      onAccept: note,
      onReject: note,
      onRedirect: note,
    });
  }

  #receiveAck(message: IncomingRequestMessage): void {
    const sdp = message.body || undefined;
    if (!this.#awaitsAck) {
      if (sdp !== undefined && this.#awaitsAnswerInAck) this.#owner.renegotiated(sdp);
      this.#awaitsAnswerInAck = false;
      return;
    }
    this.#awaitsAck = false;
    if (this.#afterAck) {
      this.#afterAck();
      return;
    }
    this.#watch();
    this.#owner.acknowledged(sdp);
  }

  #receiveAckTimeout(): void {
    this.#awaitsAck = false;
    if (this.#afterAck) this.#afterAck();
    else this.#abandon('no ACK');
  }

  /** The peer is silent: a last BYE for politeness, whose answer nobody waits for. */
  #abandon(reason: string): void {
    if (this.#closed) return;
    const told = this.bye();
    told.catch((error: unknown) => this.#owner.listener.log.debug({ code: 'byeFailed', error: String(error) }, 'sip'));
    this.#owner.ended({ by: 'timeout', reason });
  }

  #receiveInfo(request: IncomingInfoRequest): void {
    const type = request.message.getHeader('Content-Type');
    if (asksForKeyFrame(type, request.message.body)) {
      request.accept();
      this.#owner.keyFrameRequested();
    } else if (!request.message.body || /^application\/dtmf/i.test(type ?? '')) request.accept();
    else request.reject({ statusCode: 415, extraHeaders: [`Accept: ${mediaControlType}`] });
  }

  #receiveReinvite(request: IncomingInviteRequest): void {
    this.#pendingReoffer = request;
    request.trying();
    let cancelled = false;
    request.delegate = {
      onCancel: () => {
        cancelled = true;
        this.#pendingReoffer = undefined;
        request.reject({ statusCode: 487 });
      },
    };
    this.#answerReoffer(request.message).then((answer) => {
      if (this.#pendingReoffer === request) this.#pendingReoffer = undefined;
      if (cancelled || this.#closed) return;
      if (answer === undefined) return void request.reject({ statusCode: 488 });
      request.accept({ statusCode: 200, extraHeaders: this.#answerHeaders(request.message), body: sdpBody(answer) });
      this.#awaitsAnswerInAck = !request.message.body;
      this.#forgetUnacknowledged();
    }, this.#fault);
  }

  #inspect(message: IncomingRequestMessage): boolean {
    if (message.method !== 'UPDATE') return false;
    this.#receiveUpdate(answerer(this.#owner.listener.core, message));
    return true;
  }

  #receiveUpdate(request: UserAgentServer): void {
    const { message } = request;
    if (!message.body) {
      request.accept({ statusCode: 200, extraHeaders: this.#answerHeaders(message) });
      return;
    }
    if (this.#awaitsAck || this.#pendingReoffer) return void request.reject({ statusCode: 491 }); // RFC 3311 §5.2
    this.#answerReoffer(message).then((answer) => {
      if (this.#closed || answer === undefined) request.reject({ statusCode: this.#closed ? 481 : 488 });
      else request.accept({ statusCode: 200, extraHeaders: this.#answerHeaders(message), body: sdpBody(answer) });
    }, this.#fault);
  }

  async #answerReoffer(message: IncomingRequestMessage): Promise<string | undefined> {
    try {
      const answer = await this.#owner.reofferListener()?.(message.body || undefined);
      return answer === undefined ? undefined : this.#owner.stamp(answer);
    } catch (error) {
      this.#owner.listener.log.warn({ code: 'reofferFailed', error: String(error) }, 'sip re-INVITE refused');
      return undefined;
    }
  }

  #answerHeaders(message: IncomingRequestMessage): string[] {
    return [`Contact: ${this.#owner.listener.contact}`, allow, ...sessionTimer(message)];
  }

  /** The library would answer 500 to every later re-INVITE once the ACK to one 200 got lost for good. */
  #forgetUnacknowledged(): void {
    const pending = this.#dialog.reinviteUserAgentServer;
    this.#stopAckGuard?.();
    this.#stopAckGuard = this.#owner.listener.after(64 * timing.t1, () => {
      if (this.#dialog.reinviteUserAgentServer === pending) this.#dialog.reinviteUserAgentServer = undefined;
    });
  }

  readonly #fault = (error: unknown): void => {
    this.#owner.listener.log.warn({ code: 'answerFailed', error: String(error) }, 'sip answer could not be sent');
  };

  #end(end: End): void {
    if (this.#closed) return;
    const pending = this.#pendingReoffer;
    this.#release();
    if (pending) pending.reject({ statusCode: 487 }); // RFC 3261 §15.1.2
    this.#owner.listener.unpin(this.#dialog.callId);
    this.#afterAck?.();
    this.#owner.ended(end);
  }

  /** Ends without a BYE that nobody would understand. */
  #finish(end: End): void {
    if (this.#closed) return;
    this.#dialog.dispose();
    this.#end(end);
  }

  #release(): void {
    this.#closed = true;
    this.#stopProbe?.();
    this.#stopAckGuard?.();
    this.#owner.listener.dialogs.delete(this.#dialog.id);
  }
}
