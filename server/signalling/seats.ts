import type { LoggedEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Notice } from '../protocol/media.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Dismissed } from '../protocol/wire.ts';
import type { Change } from '../room/step.ts';
import type { Entrant } from '../room/system-commands.ts';
import type { Room, RoomWatcher } from '../rooms.ts';
import { type ParticipantSocket, Seat } from './seat.ts';
import type { TicketClaims } from './tickets.ts';

/**
 * Who is connected to one room. A participant has one seat: a newer connection takes it from the older. The seats
 * follow the room and are gone with it.
 */
export class Seats implements RoomWatcher {
  readonly #room: Room;
  readonly #seats = new Map<ParticipantId, Seat>();
  /** Whose connection is lost, until they are back or have left: their media may still flow. */
  readonly #away = new Map<ParticipantId, TicketClaims>();
  /** Connections under way: while one is, the loss of the older is no loss of the participant. */
  readonly #entering = new Map<ParticipantId, number>();

  constructor(room: Room) {
    this.#room = room;
    room.watch(this);
  }

  /** Lets a ticket's holder in through the loop. Throws `Refused`. */
  async enter(socket: ParticipantSocket, claims: TicketClaims): Promise<Seat> {
    const { participantId } = claims;
    this.#entering.set(participantId, (this.#entering.get(participantId) ?? 0) + 1);
    try {
      const answer = await this.#room.dispatch({ verb: 'admit', participant: entrantOf(claims) }, 'system');
      if (!answer.ok) throw new Refused(answer.refusal.code, answer.refusal.detail);
      if (this.#room.state.participants[participantId]?.presence !== 'present') throw new Refused('retry');
      this.#seats.get(participantId)?.dismiss('replaced');
      const seat = new Seat(socket, claims, this.#room);
      this.#seats.set(participantId, seat);
      this.#away.delete(participantId);
      return seat;
    } finally {
      this.#doneEntering(participantId);
    }
  }

  /** The connection is gone. Only the newest one's loss is the participant's. */
  leave(seat: Seat): void {
    const { participantId } = seat.claims;
    if (this.#seats.get(participantId) !== seat) return;
    this.#seats.delete(participantId);
    this.#away.set(participantId, seat.claims);
    this.#loseUnlessConnected(participantId);
  }

  /** Everyone who has a seat or may come back to it, by the ticket he showed. */
  holders(): TicketClaims[] {
    return [...this.#seats.values().map((seat) => seat.claims), ...this.#away.values()];
  }

  /** Without grace: what let him in no longer does. */
  putOut({ participantId }: TicketClaims, reason: Dismissed['reason']): void {
    this.#seats.get(participantId)?.dismiss(reason);
    this.#seats.delete(participantId);
    this.#room.report({ verb: 'lose', participantId });
    this.#room.report({ verb: 'expire', participantId });
  }

  committed(change: Change): void {
    const { event } = change.logged;
    if (event.type === 'participantLeft') this.#away.delete(event.participantId);
    const written = new Map<LoggedEvent, string>();
    const write = (viewed: LoggedEvent) => {
      const text = written.get(viewed) ?? JSON.stringify(viewed);
      written.set(viewed, text);
      return text;
    };
    for (const seat of this.#seats.values()) seat.tell(change, write);
  }

  notify(participantId: ParticipantId, notice: Notice): void {
    this.#seats.get(participantId)?.notify(notice);
  }

  dismiss(participantId: ParticipantId, reason: Dismissed['reason']): void {
    const seat = this.#seats.get(participantId);
    // Whoever was let in again meanwhile is not the one who was to go.
    if (!seat || this.#room.state.participants[participantId]?.presence === 'present') return;
    this.#seats.delete(participantId);
    seat.dismiss(reason);
  }

  closed(reason: 'ended' | 'takenOver' | 'stopped'): void {
    for (const seat of this.#seats.values()) {
      if (reason === 'ended') seat.dismiss('meetingEnded');
      else seat.disconnect();
    }
    this.#seats.clear();
  }

  #doneEntering(participantId: ParticipantId): void {
    const others = (this.#entering.get(participantId) ?? 1) - 1;
    if (others > 0) this.#entering.set(participantId, others);
    else this.#entering.delete(participantId);
    this.#loseUnlessConnected(participantId);
  }

  #loseUnlessConnected(participantId: ParticipantId): void {
    if (this.#seats.has(participantId) || this.#entering.has(participantId)) return;
    this.#room.report({ verb: 'lose', participantId });
  }
}

function entrantOf({ participantId, role, kind, name, address, callId, siteId }: TicketClaims): Entrant {
  const known = { ...(address ? { address } : {}), ...(callId ? { callId } : {}), ...(siteId ? { siteId } : {}) };
  return { id: participantId, role, kind, name, ...known };
}
