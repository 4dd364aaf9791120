/** What both directions have in common once a SIP dialog is confirmed: the ACK, INFO, the probe, refreshes, and its end. */
import {
  type IncomingInfoRequest,
  type IncomingMessage,
  type IncomingRequestMessage,
  type Session as LibrarySession,
  SessionDialog,
} from 'sip.js/lib/core/index.js';
import type { End, ReofferResult } from './dialog.ts';
import { digitTypes, readDigit } from './digits.ts';
import { type FinalAnswer, sendWithin } from './in-dialog.ts';
import { asksForKeyFrame, mediaControlType, pictureFastUpdate } from './media-control.ts';
import { type Probe, startProbe } from './probe.ts';
import { readCause } from './reason.ts';
import { Refresher } from './refresher.ts';
import { pinWay, refreshTarget } from './remote-target.ts';
import { Renegotiation, type RenegotiationOwner } from './renegotiation.ts';
import { allow } from './session-headers.ts';
import type { Agreed } from './session-timer.ts';

/** The call that a session belongs to; it is told, and it owns the session. */
export interface SessionOwner extends RenegotiationOwner {
  readonly probeIntervalMs: number;
  /** The ACK to our 200; `sdp` is the answer to a delayed offer. */
  acknowledged(sdp: string | undefined): void;
  keyFrameRequested(): void;
  digit(digit: string): void;
  ended(end: End): void;
}

export interface SessionStart {
  dialog: LibrarySession;
  owner: SessionOwner;
  /** The peer's INVITE or 2xx: where it is, and what it can do. */
  message: IncomingMessage;
  /** Our description in the exchange that set the call up. */
  described: string;
  /** Session timer, if there is one. */
  agreed: Agreed | undefined;
  /** True as UAS, where the 200 has just been sent. */
  awaitsAck: boolean;
}

export class Session {
  readonly #dialog: SessionDialog;
  readonly #owner: SessionOwner;
  readonly #refresher: Refresher;
  readonly #renegotiation: Renegotiation;
  #takesUpdate: boolean;
  #awaitsAck: boolean;
  #probe: Probe | undefined;
  #mediaAt = Number.NEGATIVE_INFINITY;
  #afterAck: (() => void) | undefined;
  #askingForKeyFrame = false;
  #closed = false;

  constructor({ dialog, owner, message, described, agreed, awaitsAck }: SessionStart) {
    if (!(dialog instanceof SessionDialog)) throw new TypeError('not a dialog of this library');
    this.#dialog = dialog;
    this.#owner = owner;
    this.#awaitsAck = awaitsAck;
    this.#takesUpdate = /\bUPDATE\b/i.test(message.getHeaders('Allow').join());
    this.#refresher = new Refresher({ settings: owner.sessionTimer, send: (headers) => this.#refresh(headers) });
    this.#renegotiation = new Renegotiation(dialog, owner, this.#refresher, described);
    pinWay(owner.listener, dialog, owner.listener.sourceOf(message));
    dialog.delegate = {
      onAck: ({ message: ack }) => this.#receiveAck(ack),
      onAckTimeout: () => this.#receiveAckTimeout(),
      onBye: (request) => {
        request.accept();
        const cause = readCause(request.message);
        this.#end({ by: 'remote', ...(cause && { cause, reason: cause.text ?? `${cause.protocol} ${cause.value}` }) });
      },
      onInfo: (request) => this.#receiveInfo(request),
      onInvite: (request) => this.#renegotiation.receiveReinvite(request),
    };
    owner.listener.dialogs.set(dialog.id, (request) => {
      this.#probe?.heard();
      return this.#renegotiation.inspect(request, this.#awaitsAck);
    });
    this.#refresher.agree(agreed);
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

  noteMedia(): void {
    this.#mediaAt = performance.now();
    this.#probe?.heard();
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
    const answer = await this.#renegotiation.reoffer(sdp);
    this.#noteLoss(answer);
    const { status, reason, message } = answer;
    if (status < 200 || status > 299 || !message) return { ok: false, status, reason };
    return message.body
      ? { ok: true, sdp: message.body }
      : { ok: false, status, reason: 'answer without a description' };
  }

  /** By UPDATE where the peer takes it, as no description can come amiss then; else by re-INVITE (RFC 4028 §7.4). */
  async #refresh(headers: string[]): Promise<FinalAnswer> {
    const answer = this.#takesUpdate ? await this.#update(headers) : await this.#renegotiation.repeat(headers);
    const isUnknown = answer.status === 405 || answer.status === 501;
    if (this.#takesUpdate && isUnknown && !this.#closed) {
      this.#takesUpdate = false;
      return this.#refresh(headers);
    }
    this.#noteLoss(answer);
    return answer;
  }

  async #update(headers: string[]): Promise<FinalAnswer> {
    const answer = await sendWithin(this.#owner.listener, this.#dialog, 'UPDATE', [allow, ...headers]);
    const { message } = answer;
    if (message && answer.status < 300 && !this.#closed) refreshTarget(this.#owner.listener, this.#dialog, message);
    return answer;
  }

  /**
   * RFC 3261 §12.2.1.2 would end the call at a 481, a 408 or no answer. Only the 481 does: it says that there is no call. What came
   * too late or not at all may be half a minute of a cut line, of which these meetings outlast many; the probe decides there.
   */
  #noteLoss({ status, reason, message }: FinalAnswer): void {
    if (status === 481 && message) this.#finish({ by: 'remote', status, reason });
  }

  #watch(): void {
    this.#probe = startProbe({
      intervalMs: this.#owner.probeIntervalMs,
      ask: (answered) => void this.#ask(answered),
      onLost: () => this.#abandon('neither answer nor media'),
    });
  }

  async #ask(answered: () => void): Promise<void> {
    const answer = await sendWithin(this.#owner.listener, this.#dialog, 'OPTIONS', ['Accept: application/sdp']);
    if (!answer.message) return;
    answered();
    // RFC 5057 §5.1: it knows no such dialog any more, after a restart for example. Some say so to any OPTIONS within a call:
    // while there is media, there is a call.
    if (performance.now() - this.#mediaAt > this.#owner.probeIntervalMs) this.#noteLoss(answer);
  }

  #receiveAck(message: IncomingRequestMessage): void {
    const sdp = message.body || undefined;
    if (!this.#awaitsAck) {
      this.#renegotiation.receiveAck(sdp);
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
    const { body } = request.message;
    const digit = readDigit(type, body);
    if (asksForKeyFrame(type, body)) {
      request.accept();
      this.#owner.keyFrameRequested();
    } else if (digit !== undefined) {
      request.accept();
      this.#owner.digit(digit);
    } else if (!body || digitTypes.some((known) => type?.toLowerCase().startsWith(known))) request.accept();
    else request.reject({ statusCode: 415, extraHeaders: [`Accept: ${[mediaControlType, ...digitTypes].join(', ')}`] });
  }

  #end(end: End): void {
    if (this.#closed) return;
    this.#release();
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
    this.#probe?.stop();
    this.#refresher.close();
    this.#renegotiation.close();
    this.#owner.listener.dialogs.delete(this.#dialog.id);
  }
}
