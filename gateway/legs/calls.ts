import { randomUUID } from 'node:crypto';
import type { Command } from '../../server/protocol/commands.ts';
import type { CallId, ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import type { Call, Endpoint, RoomState } from '../../server/protocol/records.ts';
import { Refused } from '../../server/protocol/refusals.ts';
import type { GatewayContext } from '../context.ts';
import { Serial } from '../serial.ts';
import type { Admitted } from '../session/control.ts';
import { type IncomingDialog, quirksOf, type SipEdge } from '../sip/index.ts';
import { askForPin, callerOf, refusalStatus } from './incoming-call.ts';
import { Leg } from './leg.ts';
import type { LegOptions } from './leg-opening.ts';
import type { CallReport, LiveCall } from './live-call.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { pinText, slideText } from './words.ts';

/** How the calls tell their rooms. */
export interface CallRooms {
  report(roomId: RoomId, command: Command): void;
  state(roomId: RoomId): RoomState | null;
}

/** Engines that start at one time: a province that is called at once must not starve the calls that stand. */
const OPENING_AT_ONCE = 4;
/** Callers who are asked for a PIN at one time, and of those from one address. */
const MAX_STRANGERS = 20;
const MAX_STRANGERS_PER_ADDRESS = 3;

/** Every call that this process holds, by id. A call ends here and is reported once. */
export class Calls {
  readonly #context: GatewayContext & { sip: SipEdge };
  readonly #rooms: CallRooms;
  readonly #live = new Map<CallId, LiveCall>();
  /** The latest call of each participant that has come in and is not answered yet, by room and participant. */
  readonly #unanswered = new Map<string, CallId>();
  /** The address of everyone who has not been admitted yet, from the moment that he calls. */
  readonly #strangers = new Map<IncomingDialog, string>();
  /** With a process that runs: longer than their calls, by as long as it takes to end. */
  readonly #legs = new Set<Leg>();
  readonly #lanes: Serial[];
  #lane = 0;

  constructor(context: GatewayContext & { sip: SipEdge }, rooms: CallRooms) {
    this.#context = context;
    this.#rooms = rooms;
    this.#lanes = Array.from({ length: OPENING_AT_ONCE }, () => new Serial(context.logger));
    context.sip.onIncoming((dialog) => {
      this.#take(dialog).catch((error: unknown) => {
        context.logger.error({ err: error }, 'incoming call not taken');
        dialog.reject(500);
      });
    });
  }

  holds(callId: CallId): boolean {
    return this.#live.has(callId);
  }

  /** The room wants it over: cancels what rings, hangs up what is answered. */
  hangUp(callId: CallId): void {
    this.#live.get(callId)?.end('hungUp');
  }

  /** What the room says of a call that this process holds. */
  follow(call: Call): void {
    this.#live.get(call.id)?.follow?.(call);
  }

  /** Ends them all; resolves when none of their processes is left. */
  async close(): Promise<void> {
    for (const call of this.#live.values()) call.end('hungUp');
    for (const leg of this.#legs) leg.end('hungUp');
    await Promise.all([...this.#legs].map((leg) => leg.stopped));
  }

  /** The centre dials (REG-12: only here do calls begin). */
  place(roomId: RoomId, call: Call): void {
    const state = this.#rooms.state(roomId);
    const { encryption = 'preferred', line } = (call.siteId && state?.sites[call.siteId]) || {};
    const title = state?.title ?? roomId;
    const outgoing = new OutgoingCall({
      context: this.#context,
      roomId,
      call,
      encryption,
      title,
      quirks: quirksOf(state?.participants[call.participantId]?.endpoint?.userAgent),
      openLeg: (isWanted, options) => {
        const slide = slideText(this.#context.settings.language, title);
        return this.#open(isWanted, { callId: call.id, slide, encryption, line, ...options });
      },
      report: (report) => this.#report(roomId, call.id, report),
      reportEndpoint: (endpoint) => this.#reportEndpoint(roomId, call.participantId, endpoint),
      onOver: () => this.#live.delete(call.id),
    });
    this.#live.set(call.id, outgoing);
    outgoing.start();
  }

  async #take(dialog: IncomingDialog): Promise<void> {
    const { control } = this.#context;
    let admitted: Admitted;
    try {
      admitted = await control.admitCall(callerOf(dialog));
    } catch (error) {
      if (error instanceof Refused && error.refusal.code === 'pinRequired') return this.#takeStranger(dialog);
      dialog.reject(...refusalStatus(error));
      return;
    }
    await this.#takeKnown(dialog, admitted);
  }

  async #takeKnown(dialog: IncomingDialog, admitted: Admitted): Promise<void> {
    const { roomId, callId, participantId } = admitted;
    const settled = this.#supersede(admitted);
    const over = (report: CallReport) => {
      settled();
      if (this.#live.delete(callId)) this.#report(roomId, callId, report);
    };
    const giveUp = () => {
      dialog.reject(480);
      over({ status: 'ended', cause: 'cancelled' });
    };
    this.#live.set(callId, { end: giveUp });
    const isWanted = () => this.#live.has(callId) && dialog.state !== 'ended';
    const slide = slideText(this.#context.settings.language, this.#rooms.state(roomId)?.title ?? roomId);
    const leg = await this.#open(isWanted, {
      callId,
      slide,
      encryption: admitted.encryption,
      line: admitted.line,
      peer: dialog.remote.source.ip,
      onEnd: (cause) => over({ status: 'ended', cause }),
      onEndpoint: (endpoint) => this.#reportEndpoint(roomId, participantId, endpoint),
    }).catch((error: unknown) => {
      over({ status: 'failed', cause: 'error' });
      throw error;
    });
    if (!leg || !isWanted()) {
      giveUp();
      return leg?.end('cancelled');
    }
    this.#live.set(callId, leg);
    settled();
    const enter = () => this.#enter(leg, admitted, dialog);
    if (this.#answer(leg, dialog, enter)) this.#report(roomId, callId, { status: 'answered' });
  }

  /** A codec that dials in a burst means its last call: an earlier one that waits gets no engine. @returns to be called once answered or over */
  #supersede({ roomId, participantId, callId }: Admitted): () => void {
    const caller = `${roomId} ${participantId}`;
    const earlier = this.#unanswered.get(caller);
    if (earlier !== undefined) this.#live.get(earlier)?.end('cancelled');
    this.#unanswered.set(caller, callId);
    return () => {
      if (this.#unanswered.get(caller) === callId) this.#unanswered.delete(caller);
    };
  }

  /** Nobody knows him: he is answered, asked for the meeting's PIN, and only then somebody. */
  async #takeStranger(dialog: IncomingDialog): Promise<void> {
    const { ip } = dialog.remote.source;
    const fromThere = [...this.#strangers.values()].filter((address) => address === ip).length;
    if (this.#strangers.size >= MAX_STRANGERS || fromThere >= MAX_STRANGERS_PER_ADDRESS) {
      dialog.reject(486);
      return;
    }
    this.#strangers.set(dialog, ip);
    const { settings, control, logger } = this.#context;
    let admitted: Admitted | undefined;
    const leg = await this.#open(() => dialog.state !== 'ended', {
      callId: randomUUID(),
      slide: pinText(settings.language),
      encryption: 'preferred',
      peer: ip,
      onEnd: (cause) => {
        this.#strangers.delete(dialog);
        if (admitted && this.#live.delete(admitted.callId)) {
          this.#report(admitted.roomId, admitted.callId, { status: 'ended', cause });
        }
      },
      onEndpoint: (endpoint) => {
        if (admitted) this.#reportEndpoint(admitted.roomId, admitted.participantId, endpoint);
      },
    }).catch((error: unknown) => {
      this.#strangers.delete(dialog);
      throw error;
    });
    if (!leg) return void this.#strangers.delete(dialog);
    if (dialog.state === 'ended') return leg.end('cancelled');
    this.#answer(leg, dialog, async () => {
      const { target: _target, ...caller } = callerOf(dialog);
      const found = await askForPin(leg, (pin) => control.admitByPin({ pin, ...caller }), logger);
      if (!found) return leg.end('hungUp');
      // Who hung up while his PIN was checked is on the room's list of calls already.
      if (leg.isOver) return this.#report(found.roomId, found.callId, { status: 'ended', cause: 'cancelled' });
      admitted = found;
      await this.#letIn(leg, found, dialog);
    });
  }

  async #letIn(leg: Leg, admitted: Admitted, dialog: IncomingDialog): Promise<void> {
    const { roomId, callId } = admitted;
    this.#strangers.delete(dialog);
    this.#live.set(callId, leg);
    this.#report(roomId, callId, { status: 'answered' });
    await leg.setSlide(slideText(this.#context.settings.language, this.#rooms.state(roomId)?.title ?? roomId));
    await leg.play('welcome');
    this.#enter(leg, admitted, dialog);
  }

  /** Offer and answer (RFC 3264), in either order. `begin` runs once media is agreed on. @returns whether it was answered */
  #answer(leg: Leg, dialog: IncomingDialog, begin: () => void | Promise<void>): boolean {
    const start = () => {
      Promise.resolve()
        .then(begin)
        .catch((error: unknown) => {
          this.#context.logger.error({ err: error }, 'incoming call not taken');
          leg.end('error');
        });
    };
    if (dialog.offer === undefined) {
      leg.attach(dialog);
      dialog.on('answered', ({ sdp }) => {
        const agreed = leg.negotiation.accept(sdp);
        if (!agreed) {
          leg.end('mediaRefused');
          return;
        }
        leg.connect(agreed);
        start();
      });
      dialog.answer(leg.negotiation.offer());
      return true;
    }
    const answered = leg.negotiation.answer(dialog.offer);
    if (!answered.ok) {
      dialog.reject(answered.reason === 'unreadable' ? 400 : 488);
      leg.end(answered.reason === 'encryptionRequired' ? 'encryptionRefused' : 'mediaRefused');
      return false;
    }
    leg.attach(dialog);
    leg.connect(answered.media);
    dialog.answer(answered.sdp);
    start();
    return true;
  }

  #enter(leg: Leg, admitted: Admitted, dialog: IncomingDialog): void {
    const { roomId, callId, participantId, name, ticket } = admitted;
    const address = dialog.remote.uri.slice(0, 256);
    const ask = { roomId, kind: 'sip' as const, participantId, name, address, callId };
    leg.enter({ participantId, ticket, renew: () => this.#context.control.ticket(ask) });
  }

  /** Null where nobody wanted it any more when its turn came. */
  async #open(
    isWanted: () => boolean,
    options: Omit<LegOptions, 'settings' | 'server' | 'logger'>,
  ): Promise<Leg | null> {
    const { settings, server, logger } = this.#context;
    this.#lane = (this.#lane + 1) % this.#lanes.length;
    const opening = Promise.withResolvers<Leg | null>();
    void this.#lanes[this.#lane]?.run('open', async () => {
      if (!isWanted()) return opening.resolve(null);
      const child = logger.child({ callId: options.callId });
      await Leg.open({ settings, server, logger: child, ...options }).then(opening.resolve, opening.reject);
    });
    const leg = await opening.promise;
    if (!leg) return null;
    this.#legs.add(leg);
    void leg.stopped.then(() => this.#legs.delete(leg));
    return leg;
  }

  #report(roomId: RoomId, callId: CallId, report: CallReport): void {
    this.#rooms.report(roomId, { verb: 'reportCall', callId, ...report });
  }

  #reportEndpoint(roomId: RoomId, participantId: ParticipantId, endpoint: Endpoint): void {
    this.#rooms.report(roomId, { verb: 'reportEndpoint', participantId, endpoint });
  }
}
