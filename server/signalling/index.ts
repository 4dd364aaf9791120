import type { Server as HttpsServer } from 'node:https';
import { Server } from 'socket.io';
import { Refused } from '../protocol/refusals.ts';
import { MAX_PACKET_BYTES } from '../protocol/version.ts';
import { type GatewayParts, serveGateway } from './gateway.ts';
import { admitting, type SignallingParts, serveParticipants } from './participants.ts';

export { type TicketClaims, Tickets } from './tickets.ts';

/**
 * A dead connection is noticed within 50 seconds; that nothing comes any more, by the monitor much sooner. On a line that
 * is worse than full, TCP stands still, and then for as long again, since it waits twice as long before each try (RFC 6298
 * 5.5), while a new connection would not come about. Twenty seconds of such a line are to take nobody out of the room.
 */
const PING_MS = 5_000;
const PONG_MS = 45_000;
/** Who has not entered a namespace by then is cut off. */
const ENTRY_MS = 10_000;

/** The socket.io edge on an HTTPS server that someone else owns. `close` ends every connection. */
export function openSignalling(server: HttpsServer, parts: SignallingParts & GatewayParts) {
  const io = new Server(server, {
    maxHttpBufferSize: MAX_PACKET_BYTES,
    pingInterval: PING_MS,
    pingTimeout: PONG_MS,
    connectTimeout: ENTRY_MS,
    serveClient: false,
  });
  const refuseAll = async () => {
    throw new Refused('notPermitted');
  };
  io.of('/').use(admitting(refuseAll, parts.logger));
  const participants = serveParticipants(io.of('/room'), parts);
  const gateway = serveGateway(io.of('/gateway'), parts);
  return {
    /** Puts out whoever of those concerned is in by a link or a sign-in that no longer holds. */
    reviewStanding: participants.reviewStanding,
    gatewayHealth: gateway.health,
    sipBans: gateway.bans,
    liftSipBan: gateway.liftBan,
    /** Also closes the HTTPS server. */
    close: () => io.close(),
  };
}
