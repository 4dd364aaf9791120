import type { Command } from '../../server/protocol/commands.ts';
import type { CallId, RoomId } from '../../server/protocol/ids.ts';
import type { Call, CallCause } from '../../server/protocol/records.ts';
import { Refused } from '../../server/protocol/refusals.ts';
import type { GatewayContext } from '../context.ts';
import type { Admitted } from '../session/control.ts';
import type { IncomingDialog, OutgoingDialog, SipEdge } from '../sip/index.ts';
import { causeOfFailure } from './cause.ts';
import { Leg } from './leg.ts';

type CallReport = Omit<Extract<Command, { verb: 'reportCall' }>, 'verb' | 'callId'>;

/** How the calls tell their rooms. */
export interface CallRooms {
  report(roomId: RoomId, callId: CallId, report: CallReport): void;
  title(roomId: RoomId): string;
}

interface LiveCall {
  end(cause: CallCause): void;
}

/** Every call that this process holds, by id. A call ends here and is reported once. */
export class Calls {
  readonly #context: GatewayContext & { sip: SipEdge };
  readonly #rooms: CallRooms;
  readonly #live = new Map<CallId, LiveCall>();

  constructor(context: GatewayContext & { sip: SipEdge }, rooms: CallRooms) {
    this.#context = context;
    this.#rooms = rooms;
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

  close(): void {
    for (const call of this.#live.values()) call.end('hungUp');
  }

  /** The centre dials (REG-12: only here do calls begin). */
  place(roomId: RoomId, call: Call): void {
    this.#live.set(call.id, { end: () => this.#live.delete(call.id) });
    this.#dial(roomId, call).catch((error: unknown) => {
      this.#context.logger.error({ callId: call.id, err: error }, 'call not placed');
      this.#finish(roomId, call.id, { status: 'failed', cause: 'error' });
    });
  }

  async #dial(roomId: RoomId, call: Call): Promise<void> {
    const leg = await this.#open(roomId, call.id);
    if (!this.#live.has(call.id)) return leg.end('cancelled');
    this.#live.set(call.id, leg);
    const target = /^sips?:/i.test(call.address) ? call.address : `sip:${call.address}`;
    const callerName = this.#rooms.title(roomId);
    const offer = () => leg.negotiation.offer();
    let dialog: OutgoingDialog;
    try {
      dialog = this.#context.sip.place(target, { callerName, fromUser: roomId, offer });
    } catch (error) {
      leg.end('notFound');
      throw error;
    }
    const report = (status: 'trying' | 'ringing') => this.#rooms.report(roomId, call.id, { status });
    // An address that answers nothing keeps the call here for half a minute: that it is being tried is known now.
    report('trying');
    dialog.on('ringing', () => report('ringing'));
    dialog.on('failed', ({ code, status }) => {
      const sipStatus = status >= 100 ? { sipStatus: status } : {};
      this.#finish(roomId, call.id, { status: 'failed', cause: causeOfFailure(code), ...sipStatus });
      leg.end(causeOfFailure(code));
    });
    dialog.on('answered', ({ sdp }) => void this.#answered(roomId, call, leg, sdp));
    leg.attach(dialog);
  }

  async #answered(roomId: RoomId, call: Call, leg: Leg, sdp: string): Promise<void> {
    const agreed = leg.negotiation.accept(sdp);
    if (!agreed) return leg.end('mediaRefused');
    try {
      const { participantId, name, address } = call;
      const ask = { roomId, kind: 'sip' as const, participantId, name, address, callId: call.id };
      const renew = () => this.#context.control.ticket(ask);
      leg.enter(agreed, { participantId, ticket: await renew(), renew });
      this.#rooms.report(roomId, call.id, { status: 'answered' });
    } catch (error) {
      this.#context.logger.warn({ callId: call.id, err: error }, 'answered call not admitted');
      leg.end('error');
    }
  }

  async #take(dialog: IncomingDialog): Promise<void> {
    const { remote, target } = dialog;
    const displayName = remote.displayName ? { displayName: remote.displayName.slice(0, 120) } : {};
    const contact = remote.contact ? { contact: remote.contact.slice(0, 256) } : {};
    const ask = {
      target: target.slice(0, 128),
      from: remote.uri.slice(0, 256),
      source: remote.source,
      ...contact,
      ...displayName,
    };
    const admitted = await this.#context.control.admitCall(ask).catch((error: unknown) => {
      dialog.reject(...refusalStatus(error));
      return null;
    });
    if (!admitted) return;
    await this.#enter(dialog, admitted).catch((error: unknown) => {
      this.#context.logger.error({ callId: admitted.callId, err: error }, 'incoming call not taken');
      this.#finish(admitted.roomId, admitted.callId, { status: 'failed', cause: 'error' });
      dialog.reject(500);
    });
  }

  /** The caller is admitted: negotiate, answer, and take the seat. */
  async #enter(dialog: IncomingDialog, admitted: Admitted): Promise<void> {
    const { roomId, callId, participantId, name, ticket } = admitted;
    const address = dialog.remote.uri.slice(0, 256);
    const ask = { roomId, kind: 'sip' as const, participantId, name, address, callId };
    const entry = { participantId, ticket, renew: () => this.#context.control.ticket(ask) };
    this.#live.set(callId, { end: () => this.#finish(roomId, callId, { status: 'ended', cause: 'cancelled' }) });
    const leg = await this.#open(roomId, callId);
    if (!this.#live.has(callId) || dialog.state === 'ended') return leg.end('cancelled');
    this.#live.set(callId, leg);
    leg.attach(dialog);
    if (dialog.offer === undefined) {
      dialog.on('answered', ({ sdp }) => {
        const agreed = leg.negotiation.accept(sdp);
        if (agreed) leg.enter(agreed, entry);
        else leg.end('mediaRefused');
      });
      dialog.answer(leg.negotiation.offer());
    } else {
      const answered = leg.negotiation.answer(dialog.offer);
      if (!answered) {
        dialog.reject(488);
        return leg.end('mediaRefused');
      }
      dialog.answer(answered.sdp);
      leg.enter(answered.media, entry);
    }
    this.#rooms.report(roomId, callId, { status: 'answered' });
  }

  #open(roomId: RoomId, callId: CallId): Promise<Leg> {
    const { settings, server, logger } = this.#context;
    const title = this.#rooms.title(roomId);
    const onEnd = (cause: CallCause) => this.#finish(roomId, callId, { status: 'ended', cause });
    return Leg.open({ settings, server, logger: logger.child({ callId }), title, callId, onEnd });
  }

  #finish(roomId: RoomId, callId: CallId, report: CallReport): void {
    if (this.#live.delete(callId)) this.#rooms.report(roomId, callId, report);
  }
}

/** A call for a room that is not open gets 404, any other refused one 403 (RFC 3261 21.4.5, 21.4.4); trouble gets 503. */
function refusalStatus(error: unknown): [number, string] {
  if (!(error instanceof Refused)) return [503, 'Service Unavailable'];
  const { code } = error.refusal;
  return code === 'roomUnknown' || code === 'meetingEnded' ? [404, 'Not Found'] : [403, 'Forbidden'];
}
