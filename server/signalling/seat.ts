import type { Socket } from 'socket.io';
import type { LoggedEvent } from '../protocol/events.ts';
import type { Notice } from '../protocol/media.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { ClientToServer, Dismissed, ServerToClient, Welcome } from '../protocol/wire.ts';
import type { Change } from '../room/step.ts';
import { viewEvent, viewState } from '../room/view.ts';
import type { Room } from '../rooms.ts';
import type { TicketClaims } from './tickets.ts';

export type ParticipantSocket = Socket<ClientToServer, ServerToClient>;

/** One connection of one participant, who sees the room from here. Its events are numbered without a gap. */
export class Seat {
  readonly claims: TicketClaims;
  readonly #socket: ParticipantSocket;
  readonly #room: Room;
  #index = 0;
  #welcomed = false;

  constructor(socket: ParticipantSocket, claims: TicketClaims, room: Room) {
    this.#socket = socket;
    this.claims = claims;
    this.#room = room;
  }

  /** The room as it is now; every later event follows by number. */
  welcome(): Welcome {
    const { participantId, role, kind } = this.claims;
    this.#welcomed = true;
    const welcome = {
      version: PROTOCOL_VERSION,
      participantId,
      role,
      kind,
      index: this.#index,
      snapshot: viewState(this.#room.state, participantId),
      routerRtpCapabilities: this.#room.media.routerRtpCapabilities,
      ...this.#room.media.session(participantId),
      now: Date.now(),
    };
    this.#socket.emit('welcome', welcome);
    return welcome;
  }

  /**
   * @param write an event as JSON: who sees the same of it is sent the same text, which is made once for all of them. What
   *   stands around it is what `emit('event', { index, logged })` would write
   *   (https://socket.io/docs/v4/socket-io-protocol/#packet-encoding: 2 is an event).
   */
  tell({ logged, before, after }: Change, write: (viewed: LoggedEvent) => string): void {
    if (!this.#welcomed) return;
    const viewed = viewEvent(logged, before, after, this.claims.participantId);
    if (!viewed) return;
    this.#index += 1;
    const { nsp, conn } = this.#socket;
    conn.write(`2${nsp.name},["event",{"index":${this.#index},"logged":${write(viewed)}}]`);
  }

  /** What media does before the welcome is contained in it. */
  notify(notice: Notice): void {
    if (this.#welcomed) this.#socket.emit('notice', notice);
  }

  /** Says why and closes the connection, after the answers that are on their way. */
  dismiss(reason: Dismissed['reason']): void {
    setImmediate(() => {
      this.#socket.emit('dismissed', { reason });
      this.#socket.disconnect(true);
    });
  }

  /** Closes the connection so that the client comes back by itself. */
  disconnect(): void {
    this.#socket.conn.close();
  }
}
