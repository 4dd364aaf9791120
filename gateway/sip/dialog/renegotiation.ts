/** Offers and answers after the first: re-INVITE and UPDATE of either side, and what happens when they meet (RFC 3261 §14, RFC 3311). */
import {
  Dialog,
  type IncomingInviteRequest,
  type IncomingRequestMessage,
  InviteServerTransaction,
  type SessionDialog,
  UserAgentServer,
} from 'sip.js/lib/core/index.js';
import { answerer } from '../dispatch.ts';
import type { Listener } from '../listener.ts';
import { timing } from '../transport/retransmit.ts';
import type { FinalAnswer } from './in-dialog.ts';
import type { Refresher } from './refresher.ts';
import { refreshTarget } from './remote-target.ts';
import { reofferThroughGlare, type Sent, sendReinvite } from './reoffer.ts';
import { allow, sdpBody } from './session-headers.ts';
import { type Agreed, answerTimer, type TimerSettings } from './session-timer.ts';

/** Told and asked by the renegotiation; the call stands behind it. */
export interface RenegotiationOwner {
  readonly direction: 'in' | 'out';
  readonly listener: Listener;
  readonly sessionTimer: TimerSettings;
  /** Puts our `o=` line into a description. */
  stamp(sdp: string): string;
  /** Our answer to the peer's offer, or our offer where it wants one; `undefined` refuses. */
  reoffered(offer: string | undefined): Promise<string | undefined>;
  /** The peer described itself anew: an answer to an offer of ours. */
  renegotiated(sdp: string): void;
}

/** One per session, which closes it. */
export class Renegotiation {
  readonly #dialog: SessionDialog;
  readonly #owner: RenegotiationOwner;
  readonly #refresher: Refresher;
  /** Ours as it stands, for refreshes that change nothing. */
  #described: string;
  /** The peer's offer that waits for our answer. */
  #theirs: IncomingInviteRequest | UserAgentServer | undefined;
  #awaitsAnswerInAck = false;
  #stopAckGuard: () => void = () => {};
  /** Ours go out one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #sent: Sent | undefined;
  #closed = false;

  constructor(dialog: SessionDialog, owner: RenegotiationOwner, refresher: Refresher, described: string) {
    this.#dialog = dialog;
    this.#owner = owner;
    this.#refresher = refresher;
    this.#described = described;
  }

  /** Answers what the library would not, or not rightly; true if it did. */
  inspect(message: IncomingRequestMessage, awaitsAck: boolean): boolean {
    if (message.method === 'CANCEL') this.#receiveCancel(message);
    if (message.method === 'UPDATE') this.#receiveUpdate(message, awaitsAck);
    const isGlare = message.method === 'INVITE' && this.#dialog.reinviteUserAgentClient !== undefined;
    if (isGlare) this.#refuseGlare(message);
    return message.method === 'UPDATE' || isGlare;
  }

  receiveReinvite(request: IncomingInviteRequest): void {
    const { message } = request;
    const timer = answerTimer(message, this.#owner.sessionTimer);
    if (timer.kind === 'tooSmall') return void request.reject({ statusCode: 422, extraHeaders: timer.headers });
    this.#theirs = request;
    request.trying();
    this.#answer(message)
      .then((answer) => {
        if (this.#theirs !== request) return; // cancelled, or the call is over
        this.#theirs = undefined;
        if (answer === undefined) return void request.reject({ statusCode: 488 });
        refreshTarget(this.#owner.listener, this.#dialog, message);
        request.accept({ statusCode: 200, extraHeaders: this.#headers(timer.headers), body: sdpBody(answer) });
        this.#settle(timer.agreed, answer);
        this.#awaitsAnswerInAck = !message.body;
        this.#forgetUnacknowledged();
      })
      .catch(this.#fault);
  }

  /** The ACK to a 200 of ours within the call. */
  receiveAck(sdp: string | undefined): void {
    if (sdp !== undefined && this.#awaitsAnswerInAck) this.#owner.renegotiated(sdp);
    this.#awaitsAnswerInAck = false;
  }

  /** A new offer of ours. The answer's description is the caller's to use. */
  reoffer(sdp: string): Promise<FinalAnswer> {
    return this.#next(() => this.#send(this.#owner.stamp(sdp)));
  }

  /** A re-INVITE that changes nothing, with these headers (RFC 4028 §7.4). */
  repeat(headers: string[]): Promise<FinalAnswer> {
    return this.#next(() => this.#send(this.#described, headers));
  }

  close(): void {
    this.#closed = true;
    this.#stopAckGuard();
    this.#sent?.abandon();
    const unanswered = this.#theirs;
    this.#theirs = undefined;
    unanswered?.reject({ statusCode: 487 }); // RFC 3261 §15.1.2
  }

  #next(step: () => Promise<FinalAnswer>): Promise<FinalAnswer> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(this.#fault);
    return turn;
  }

  async #send(sdp: string, timerHeaders = this.#refresher.offer()): Promise<FinalAnswer> {
    const { listener, direction } = this.#owner;
    const answer = await reofferThroughGlare({
      send: () => {
        const extraHeaders = this.#headers(timerHeaders);
        this.#sent = sendReinvite(listener, this.#dialog, { body: sdpBody(sdp), extraHeaders });
        return this.#sent.answer;
      },
      isBusy: () => (this.#dialog.reinviteUserAgentClient ?? this.#dialog.reinviteUserAgentServer) !== undefined,
      ownsCallId: direction === 'out',
      isGone: () => this.#closed,
    });
    if (answer.status >= 200 && answer.status < 300) this.#described = sdp;
    return answer;
  }

  #receiveUpdate(message: IncomingRequestMessage, awaitsAck: boolean): void {
    const request = answerer(this.#owner.listener.core, message);
    if (!this.#isInOrder(message)) return void request.reject({ statusCode: 500 });
    const timer = answerTimer(message, this.#owner.sessionTimer);
    if (timer.kind === 'tooSmall') return void request.reject({ statusCode: 422, extraHeaders: timer.headers });
    const accept = (sdp?: string) => {
      refreshTarget(this.#owner.listener, this.#dialog, message);
      const body = sdp === undefined ? {} : { body: sdpBody(sdp) };
      request.accept({ statusCode: 200, extraHeaders: this.#headers(timer.headers), ...body });
      this.#settle(timer.agreed, sdp);
    };
    const clash = message.body ? this.#clash(awaitsAck) : undefined;
    if (!message.body || clash) {
      if (clash) request.reject(clash);
      else accept();
      return;
    }
    this.#theirs = request;
    this.#answer(message)
      .then((answer) => {
        if (this.#theirs !== request) return;
        this.#theirs = undefined;
        if (answer === undefined) request.reject({ statusCode: 488 });
        else accept(answer);
      })
      .catch(this.#fault);
  }

  /** RFC 3311 §5.2: 491 while an offer of ours is open, 500 while one of theirs is. */
  #clash(awaitsAck: boolean): { statusCode: number; extraHeaders?: string[] } | undefined {
    if (this.#theirs) return { statusCode: 500, extraHeaders: ['Retry-After: 2'] };
    const isOursOpen = this.#dialog.reinviteUserAgentClient !== undefined || this.#awaitsAnswerInAck || awaitsAck;
    return isOursOpen ? { statusCode: 491 } : undefined;
  }

  /** RFC 3261 §14.2. With a transaction of its own: the library's stateless 491 becomes a 500 when it is asked for again. */
  #refuseGlare(message: IncomingRequestMessage): void {
    const request = new UserAgentServer(InviteServerTransaction, this.#owner.listener.core, message);
    request.reject({ statusCode: this.#isInOrder(message) ? 491 : 500 });
  }

  /** §12.2.2. The base class counts; the library's own kind of dialog would answer as well. */
  #isInOrder(message: IncomingRequestMessage): boolean {
    const { remoteSequenceNumber } = this.#dialog;
    if (remoteSequenceNumber !== undefined && message.cseq <= remoteSequenceNumber) return false;
    Dialog.prototype.receiveRequest.call(this.#dialog, message);
    return true;
  }

  /** The library answers the CANCEL of a re-INVITE but tells nobody. */
  #receiveCancel(message: IncomingRequestMessage): void {
    const cancelled = this.#theirs;
    if (cancelled?.message.viaBranch !== message.viaBranch) return;
    this.#theirs = undefined;
    cancelled.reject({ statusCode: 487 });
  }

  async #answer(message: IncomingRequestMessage): Promise<string | undefined> {
    const answer = await this.#owner.reoffered(message.body || undefined);
    return answer === undefined ? undefined : this.#owner.stamp(answer);
  }

  #settle(agreed: Agreed | undefined, described?: string): void {
    if (described !== undefined) this.#described = described;
    this.#refresher.agree(agreed);
  }

  #headers(timer: string[]): string[] {
    return [`Contact: ${this.#owner.listener.contact}`, allow, ...timer];
  }

  /** The library would answer 500 to every later re-INVITE once the ACK to one 200 got lost for good. */
  #forgetUnacknowledged(): void {
    const unacknowledged = this.#dialog.reinviteUserAgentServer;
    this.#stopAckGuard();
    this.#stopAckGuard = this.#owner.listener.after(64 * timing.t1, () => {
      if (this.#dialog.reinviteUserAgentServer !== unacknowledged) return;
      this.#dialog.reinviteUserAgentServer = undefined;
      this.#awaitsAnswerInAck = false;
    });
  }

  readonly #fault = (error: unknown): void => {
    this.#owner.listener.log.warn({ code: 'answerFailed', error: String(error) }, 'sip answer could not be sent');
  };
}
