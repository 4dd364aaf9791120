/** The part of a call that does not depend on who called whom. */
import { randomUUID } from 'node:crypto';
import type { Listener } from '../listener.ts';
import type { DialogEvents, DialogState, End, Failure, RemoteParty, ReofferListener, ReofferResult } from './dialog.ts';
import { DialogEmitter } from './emitter.ts';
import { createOrigin } from './origin.ts';
import type { Session, SessionOwner } from './session.ts';
import type { TimerSettings } from './session-timer.ts';

export interface CallOptions {
  listener: Listener;
  probeIntervalMs: number;
  sessionTimer: TimerSettings;
  /** The edge forgets the call; called once, before its last event. */
  onOver: () => void;
}

/** Owns its session and gives exactly one last event: `failed` or `ended`. */
export abstract class Call implements SessionOwner {
  readonly id = randomUUID();
  /** Another one as long as an outgoing call looks for its peer. */
  listener: Listener;
  readonly probeIntervalMs: number;
  readonly sessionTimer: TimerSettings;
  abstract readonly callId: string;
  abstract readonly direction: 'in' | 'out';
  abstract readonly target: string;
  abstract readonly remote: RemoteParty;
  protected session: Session | undefined;
  protected current: DialogState;
  readonly #emitter: DialogEmitter;
  readonly #stamp: (sdp: string) => string;
  readonly #onOver: () => void;
  #reofferListener: ReofferListener | undefined;

  protected constructor({ listener, probeIntervalMs, sessionTimer, onOver }: CallOptions, initial: DialogState) {
    this.listener = listener;
    this.probeIntervalMs = probeIntervalMs;
    this.sessionTimer = sessionTimer;
    this.current = initial;
    this.#onOver = onOver;
    this.#stamp = createOrigin(listener.advertised);
    this.#emitter = new DialogEmitter((error) =>
      listener.log.warn({ code: 'listenerThrew', callId: this.callId, error: String(error) }, 'dialog event'),
    );
  }

  get state(): DialogState {
    return this.current;
  }

  on<E extends keyof DialogEvents>(event: E, listener: (...args: DialogEvents[E]) => void): void {
    this.#emitter.on(event, listener);
  }

  off<E extends keyof DialogEvents>(event: E, listener: (...args: DialogEvents[E]) => void): void {
    this.#emitter.off(event, listener);
  }

  onReoffer(listener: ReofferListener): void {
    this.#reofferListener = listener;
  }

  async reoffer(sdp: string): Promise<ReofferResult> {
    if (this.current !== 'established' || !this.session) return { ok: false, status: 481, reason: 'Call is not up' };
    return this.session.reoffer(sdp);
  }

  noteMedia(): void {
    this.session?.noteMedia();
  }

  requestKeyFrame(): void {
    this.session?.requestKeyFrame();
  }

  // For the session.

  stamp(sdp: string): string {
    return this.#stamp(sdp);
  }

  async reoffered(offer: string | undefined): Promise<string | undefined> {
    try {
      return await this.#reofferListener?.(offer);
    } catch (error) {
      this.listener.log.warn({ code: 'reofferFailed', error: String(error) }, 'sip re-INVITE refused');
      return undefined;
    }
  }

  abstract acknowledged(sdp: string | undefined): void;

  renegotiated(sdp: string): void {
    this.emit('renegotiated', { sdp });
  }

  keyFrameRequested(): void {
    this.emit('keyFrameRequested');
  }

  digit(digit: string): void {
    this.emit('digit', digit);
  }

  ended(end: End): void {
    this.finish('ended', end);
  }

  // For the two directions.

  protected emit<E extends keyof DialogEvents>(event: E, ...args: DialogEvents[E]): void {
    this.#emitter.emit(event, ...args);
  }

  protected establish(sdp: string): void {
    this.current = 'established';
    this.emit('answered', { sdp });
  }

  protected finish(event: 'ended', end: End): void;
  protected finish(event: 'failed', failure: Failure): void;
  protected finish(...last: ['ended', End] | ['failed', Failure]): void {
    if (this.current === 'ended') return;
    this.current = 'ended';
    this.#onOver();
    if (last[0] === 'ended') this.emit('ended', last[1]);
    else this.emit('failed', last[1]);
    // Transactions keep the call for half a minute after its end (RFC 3261 17): its leg is not to wait with it.
    this.#emitter.close();
    this.#reofferListener = undefined;
  }
}
