import type { CallId, RoomId } from '../../server/protocol/ids.ts';
import { isTestRoom } from '../../server/protocol/line-tests.ts';
import type { Call, CallCause, Encryption, Endpoint } from '../../server/protocol/records.ts';
import type { GatewayContext } from '../context.ts';
import { BadTarget, type Failure, nextOffer, type Quirks, type SipEdge } from '../sip/index.ts';
import { causeOfFailure } from './cause.ts';
import type { Leg } from './leg.ts';
import type { LegOptions } from './leg-opening.ts';
import type { CallReport, LiveCall } from './live-call.ts';
import { type FailedAttempt, nextAttempt } from './redial.ts';
import { literalOf, wayTo } from './way.ts';

/** What one call needs of the others. */
export interface OutgoingCallOptions {
  context: GatewayContext & { sip: SipEdge };
  roomId: RoomId;
  call: Call;
  encryption: Encryption;
  /** Of this endpoint, as far as an earlier call has shown. */
  quirks: Quirks;
  /** The meeting's title: what the endpoint's display shows. */
  title: string;
  /** Starts an engine and binds its ports; few at a time. Null where it is not wanted any more by then. */
  openLeg(
    isWanted: () => boolean,
    options: Pick<LegOptions, 'quirks' | 'peer' | 'onEnd' | 'onEndpoint'>,
  ): Promise<Leg | null>;
  report(report: CallReport): void;
  reportEndpoint(endpoint: Endpoint): void;
  /** It is over and reported; called once. */
  onOver(): void;
}

/** A call that the centre has placed (REG-12), with all its attempts, until it is hung up or given up. */
export class OutgoingCall implements LiveCall {
  readonly callId: CallId;
  readonly #options: OutgoingCallOptions;
  /** Where the present attempt goes. */
  #address: string;
  #attempt = 1;
  /** How the present attempt's offer is made. */
  #quirks: Quirks;
  #leg: Leg | undefined;
  #answered = false;
  #retry: { timer: NodeJS.Timeout; at: number } | undefined;
  #over = false;

  constructor(options: OutgoingCallOptions) {
    this.#options = options;
    this.callId = options.call.id;
    this.#address = options.call.address;
    this.#quirks = options.quirks;
  }

  start(): void {
    this.#dial().catch((error: unknown) => {
      this.#options.context.logger.error({ callId: this.callId, err: error }, 'call not placed');
      const leg = this.#leg;
      this.#leg = undefined;
      leg?.end('error');
      this.#failed(error instanceof BadTarget ? 'notFound' : 'error', {});
    });
  }

  /** The room wants it over: cancels what rings, hangs up what is answered. */
  end(cause: CallCause): void {
    if (this.#over) return;
    this.#finish();
    this.#leg?.end(cause);
    this.#options.report({ status: 'ended', cause });
  }

  /** The room's view of the call: a waiting one may be wanted at once. `now` in milliseconds since 1970. */
  follow({ status, retryAt }: Call): void {
    if (status !== 'waiting' || retryAt === undefined || !this.#retry || retryAt >= this.#retry.at) return;
    clearTimeout(this.#retry.timer);
    this.#retry = undefined;
    this.start();
  }

  async #dial(): Promise<void> {
    const { context, call, title, roomId, openLeg, report } = this.#options;
    // An address that answers nothing keeps the call here for half a minute: that it is being tried is known now.
    report({ status: 'trying', address: this.#address, attempt: this.#attempt });
    const account = this.#address === call.address ? call.account : undefined;
    const [binding] = account === undefined ? [] : context.sip.registrar.bindingsOf(account);
    const leg: Leg | null = await openLeg(() => !this.#over, {
      peer: binding?.source.ip ?? literalOf(this.#address),
      quirks: this.#quirks,
      onEnd: (cause) => {
        if (leg) this.#legEnded(leg, cause);
      },
      onEndpoint: (endpoint) => this.#options.reportEndpoint(endpoint),
    });
    if (!leg) return;
    if (this.#over) return leg.end('cancelled');
    this.#leg = leg;
    // A codec that called in has told its address itself: nobody has himself called through the trunk (REG-12).
    const trunk = call.direction === 'out' ? context.settings.sipTrunk : undefined;
    const { target, credentials } = wayTo(this.#address, account, trunk);
    const dialog = context.sip.place(target, {
      callerName: title,
      fromUser: credentials?.user ?? roomId,
      offer: () => leg.negotiation.offer(),
      ...(credentials ? { credentials } : {}),
    });
    dialog.on('ringing', () => this.#options.report({ status: 'ringing', ...this.#where() }));
    dialog.on('early', ({ sdp }) => leg.connect(leg.negotiation.accept(sdp)));
    dialog.on('failed', (failure) => this.#dialFailed(leg, failure));
    dialog.on('answered', ({ sdp }) => {
      this.#enter(leg, sdp).catch((error: unknown) => {
        context.logger.warn({ callId: this.callId, err: error }, 'answered call not admitted');
        leg.end('error');
      });
    });
    leg.attach(dialog);
  }

  async #enter(leg: Leg, sdp: string): Promise<void> {
    const { context, roomId, call } = this.#options;
    const agreed = leg.negotiation.accept(sdp);
    if (!agreed) {
      // Taken, but not in the way that it was offered: as good as refused.
      this.#leg = undefined;
      leg.end('mediaRefused');
      if (!this.#offersOtherwise()) this.#failed('mediaRefused', {});
      return;
    }
    leg.connect(agreed);
    const { participantId, name, address } = call;
    const ask = { roomId, kind: 'sip' as const, participantId, name, address, callId: call.id };
    const renew = () => context.control.ticket(ask);
    const ticket = await renew();
    if (this.#leg !== leg) return;
    this.#answered = true;
    leg.enter({ participantId, ticket, renew });
    this.#options.report({ status: 'answered', ...this.#where() });
    // Nobody else is in there: whoever is at the codec is told why it has answered, and hears himself.
    if (isTestRoom(roomId)) void leg.tryLoop();
  }

  #dialFailed(leg: Leg, failure: Failure): void {
    const refusedForEncryption = this.#options.encryption === 'required' && failure.code === 'notAcceptable';
    const cause = refusedForEncryption ? 'encryptionRefused' : causeOfFailure(failure.code);
    const said = failure.cause?.text ?? failure.reason; // of the network behind, rather than the status' phrase
    const causeText = said ? { causeText: said.slice(0, 120) } : {};
    const sipStatus = failure.status >= 100 ? { sipStatus: failure.status } : {};
    if (this.#leg === leg) this.#leg = undefined;
    leg.end(cause);
    if (failure.code === 'notAcceptable' && this.#offersOtherwise()) return;
    this.#failed(cause, { ...causeText, ...sipStatus });
  }

  /** Dials anew at once, asking for encryption in another way, where there is one that was not refused; else forgets which were. */
  #offersOtherwise(): boolean {
    const other = nextOffer(this.#options.encryption, this.#quirks);
    this.#quirks = other ?? this.#options.quirks;
    if (!other || this.#over) return false;
    this.start();
    return true;
  }

  /** By the endpoint, by its line or by its engine; by us only where `#leg` is another already. */
  #legEnded(leg: Leg, cause: CallCause): void {
    if (this.#leg !== leg || this.#over) return;
    this.#leg = undefined;
    const wasLost = cause === 'lost' || cause === 'error';
    if (this.#answered && !wasLost) {
      this.#finish();
      this.#options.report({ status: 'ended', cause });
      return;
    }
    // A line that was there and broke begins a new row of attempts.
    if (this.#answered) this.#attempt = 1;
    this.#answered = false;
    this.#failed(cause, {});
  }

  #failed(cause: CallCause, details: Pick<CallReport, 'causeText' | 'sipStatus'>): void {
    if (this.#over) return;
    const { call } = this.#options;
    const failed: FailedAttempt = {
      attempt: this.#attempt,
      cause,
      tried: this.#address,
      address: call.address,
      ...(call.fallback ? { fallback: call.fallback } : {}),
      redial: call.redial,
    };
    const next = nextAttempt(failed, Math.random());
    if (!next) {
      this.#finish();
      this.#options.report({ status: 'failed', cause, ...details, ...this.#where() });
      return;
    }
    const at = Date.now() + next.afterMs;
    this.#options.report({ status: 'waiting', retryAt: at, cause, ...details, ...this.#where() });
    this.#address = next.address;
    this.#attempt += 1;
    this.#retry = { at, timer: setTimeout(() => this.#again(), next.afterMs) };
  }

  #again(): void {
    this.#retry = undefined;
    this.start();
  }

  #where() {
    return { address: this.#address, attempt: this.#attempt };
  }

  #finish(): void {
    this.#over = true;
    if (this.#retry) clearTimeout(this.#retry.timer);
    this.#options.onOver();
  }
}
