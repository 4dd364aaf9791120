import type { Logger } from 'pino';
import type { Namespace } from 'socket.io';
import { z } from 'zod';
import type { OpenRooms } from '../open-rooms.ts';
import { commandSchema } from '../protocol/commands.ts';
import type { RoomId } from '../protocol/ids.ts';
import { type MediaRequest, requestSchema } from '../protocol/media.ts';
import type { ReportedSample } from '../protocol/monitor.ts';
import { parse, type Refusal, Refused, refuse } from '../protocol/refusals.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Answer, ClientToServer, ServerToClient } from '../protocol/wire.ts';
import type { Room } from '../rooms.ts';
import { receive } from './messages.ts';
import type { ParticipantSocket, Seat } from './seat.ts';
import { Seats } from './seats.ts';
import type { TicketClaims, Tickets } from './tickets.ts';
import { TokenBucket } from './token-bucket.ts';

/** A console that opens onto a province asks for 130 thumbnails at once; a hand on the mouse, for a few a second. */
const BURST = 500;
const PER_SECOND = 100;

export interface SignallingParts {
  rooms: OpenRooms;
  tickets: Tickets;
  /** Throws `Refused` when the link or the sign-in behind a ticket no longer holds. */
  checkStanding(claims: TicketClaims): Promise<void>;
  /** What a participant has measured of its own line. */
  reportSamples(room: Room, participantId: string, samples: readonly ReportedSample[]): void;
  logger: Logger;
}

const handshakeSchema = z.object({ ticket: z.string().max(4096), version: z.number().int() });

/** What a refused connection gets: `connect_error` with the refusal as its `data`. */
export class ConnectionRefused extends Error {
  readonly data: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.name = 'ConnectionRefused';
    this.data = refusal;
  }
}

/** Runs an admission as socket.io's middleware; whatever goes wrong in it refuses the connection. */
export function admitting<S>(admit: (socket: S) => Promise<void>, logger: Logger) {
  return (socket: S, next: (error?: Error) => void): void => {
    admit(socket).then(
      () => next(),
      (error) => {
        if (!(error instanceof Refused)) logger.error({ err: error }, 'a connection could not be admitted');
        next(new ConnectionRefused(error instanceof Refused ? error.refusal : refuse('internal')));
      },
    );
  };
}

export function checkVersion(version: number): void {
  if (version !== PROTOCOL_VERSION) throw new Refused('versionUnsupported', String(PROTOCOL_VERSION));
}

/** The namespace `/room`: every connection is one participant of one room. */
export function serveParticipants(
  namespace: Namespace<ClientToServer, ServerToClient>,
  { rooms, tickets, checkStanding, reportSamples, logger }: SignallingParts,
) {
  const seatsByRoom = new Map<RoomId, Seats>();
  const admitted = new WeakMap<ParticipantSocket, { seat: Seat; room: Room }>();
  for (const room of rooms.list()) seatsByRoom.set(room.roomId, new Seats(room));
  rooms.watch({
    opened: (room) => seatsByRoom.set(room.roomId, new Seats(room)),
    closed: (roomId) => seatsByRoom.delete(roomId),
  });

  async function admit(socket: ParticipantSocket): Promise<void> {
    const { ticket, version } = parse(handshakeSchema, socket.handshake.auth);
    checkVersion(version);
    const claims = await tickets.verify(ticket);
    await checkStanding(claims);
    const room = rooms.require(claims.roomId);
    const seats = seatsByRoom.get(claims.roomId);
    if (!seats) throw new Refused('retry', claims.roomId);
    const seat = await seats.enter(socket, claims);
    admitted.set(socket, { seat, room });
    // A connection that ends before it is complete never becomes a `connection`, but is a lost one all the same.
    socket.conn.once('close', () => seats.leave(seat));
    socket.once('disconnect', () => seats.leave(seat));
    if (socket.conn.readyState !== 'open') seats.leave(seat);
    try {
      // Once more: it may have been revoked before the seat could be found.
      await putOutUnlessStanding(seats, claims);
    } catch (error) {
      seats.leave(seat);
      throw error;
    }
  }

  /** Throws `Refused` where it had to. */
  async function putOutUnlessStanding(seats: Seats, claims: TicketClaims): Promise<void> {
    try {
      await checkStanding(claims);
    } catch (error) {
      if (error instanceof Refused) seats.putOut(claims, error.refusal.code === 'linkRevoked' ? 'linkRevoked' : 'left');
      throw error;
    }
  }

  async function reviewStanding(concerns: (claims: TicketClaims) => boolean): Promise<void> {
    for (const seats of seatsByRoom.values()) {
      for (const claims of seats.holders().filter(concerns)) {
        await putOutUnlessStanding(seats, claims).catch((error) => {
          if (!(error instanceof Refused)) throw error;
        });
      }
    }
  }

  namespace.use(admitting(admit, logger));
  namespace.on('connection', (socket) => {
    const entry = admitted.get(socket);
    if (!entry) return void socket.disconnect(true);
    const { seat, room } = entry;
    receive(socket, routesOf(seat, room, reportSamples), new TokenBucket(BURST, PER_SECOND), logger);
    try {
      seat.welcome();
    } catch (error) {
      logger.error({ err: error, room: room.roomId }, 'a participant could not be welcomed');
      seat.disconnect();
    }
  });

  return { reviewStanding };
}

function routesOf(seat: Seat, room: Room, reportSamples: SignallingParts['reportSamples']) {
  const { participantId, role, kind } = seat.claims;
  return {
    command: (message: unknown) => room.dispatch(parse(commandSchema, message), { participantId, role, kind }),
    request: async (message: unknown) => succeed(await perform(parse(requestSchema, message))),
  };

  async function perform(request: MediaRequest): Promise<unknown> {
    if (request.request === 'resync') return seat.welcome();
    if (request.request !== 'reportSamples') return room.media.request(participantId, request);
    reportSamples(room, participantId, request.samples);
    return {};
  }
}

export function succeed(result: unknown): Answer {
  return { ok: true, result };
}
