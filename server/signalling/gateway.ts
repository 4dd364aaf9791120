import { createHash, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { Namespace, Socket } from 'socket.io';
import { z } from 'zod';
import type { OpenRooms } from '../open-rooms.ts';
import type { Health } from '../protocol/http.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import {
  type GatewayRequest,
  type GatewayToServer,
  gatewayRequestSchema,
  type OpenRooms as OpenRoomsMessage,
  type ServerToGateway,
  type SipBan,
} from '../protocol/wire.ts';
import { callUnderWay } from '../room/calls.ts';
import { CallerAdmission, type Callers, type DirectoryPort } from './callers.ts';
import { receive } from './messages.ts';
import { admitting, checkVersion, succeed } from './participants.ts';
import type { Tickets } from './tickets.ts';
import { TokenBucket } from './token-bucket.ts';

/** A gateway that has said nothing for so long is taken for dead. */
const SILENT_MS = 15_000;
/** Calls of a whole province that come back at once. */
const BURST = 1000;
const PER_SECOND = 200;

export interface GatewayParts {
  rooms: OpenRooms;
  tickets: Tickets;
  secret: string;
  directory: DirectoryPort;
  callers: Callers;
  logger: Logger;
  now: () => number;
}

type Request<K extends GatewayRequest['request']> = Extract<GatewayRequest, { request: K }>;
type Reported = Request<'reportHealth'> & { at: number };
type GatewaySocket = Socket<GatewayToServer, ServerToGateway>;

const handshakeSchema = z.object({ secret: z.string().max(256), version: z.number().int() });

/** The namespace `/gateway`: the process that brings in codecs, composer and recorder. */
export function serveGateway(namespace: Namespace<GatewayToServer, ServerToGateway>, parts: GatewayParts) {
  const { rooms, logger } = parts;
  let reported: Reported | undefined;

  async function admit(socket: GatewaySocket): Promise<void> {
    const { secret, version } = parse(handshakeSchema, socket.handshake.auth);
    checkVersion(version);
    if (!isSame(secret, parts.secret)) throw new Refused('notPermitted');
  }

  let bans: SipBan[] = [];
  const callers = new CallerAdmission(parts);

  async function perform(request: GatewayRequest): Promise<unknown> {
    switch (request.request) {
      case 'ticket':
        return issueTicket(parts, request);
      case 'admitCall':
        return callers.admit(request);
      case 'admitByPin':
        return callers.admitByPin(request);
      case 'recordAttempt':
        callers.record(request);
        return {};
      case 'sipAccount':
        return parts.directory.account(request.user);
      case 'reportRegistrations':
        await parts.directory.reportRegistrations(request.account, request.bindings);
        return {};
      case 'registrations':
        return { bindings: await parts.directory.registrations() };
      case 'reportBans':
        bans = request.bans;
        return {};
      case 'reportHealth':
        reported = { ...request, at: parts.now() };
        return {};
    }
  }

  const openRooms = (): OpenRoomsMessage => ({
    rooms: rooms.list().map((room) => ({ roomId: room.roomId, title: room.state.title })),
  });
  const announce = () => namespace.emit('rooms', openRooms());
  rooms.watch({ opened: announce, closed: announce });
  parts.directory.watch(() => namespace.emit('trusted', { networks: parts.directory.networks() }));

  namespace.use(admitting(admit, logger));
  namespace.on('connection', (socket) => {
    logger.info('the gateway is connected');
    socket.once('disconnect', (reason) => logger.warn({ reason }, 'the gateway is gone'));
    const request = async (message: unknown) => succeed(await perform(parse(gatewayRequestSchema, message)));
    receive(socket, { request }, new TokenBucket(BURST, PER_SECOND), logger);
    socket.emit('rooms', openRooms());
    socket.emit('trusted', { networks: parts.directory.networks() });
  });

  return {
    health: () => healthOf(namespace.sockets.size > 0, reported, parts.now()),
    bans: () => bans.filter((ban) => ban.until > parts.now()),
    liftBan(ip: string) {
      bans = bans.filter((ban) => ban.ip !== ip);
      namespace.emit('unban', { ip });
    },
  };
}

/** By their hashes, which are of one length: the time taken says nothing about the secret. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

async function issueTicket({ rooms, tickets }: GatewayParts, wanted: Request<'ticket'>) {
  const room = rooms.require(wanted.roomId);
  const { roomId, kind, participantId, name, address } = wanted;
  const role = kind === 'sip' || kind === 'simulator' ? ('site' as const) : ('service' as const);
  const callId = wanted.callId ?? callUnderWay(room.state, participantId)?.id;
  const ofCall = kind === 'sip' ? { ...(address ? { address } : {}), ...(callId ? { callId } : {}) } : {};
  return { ticket: await tickets.issue({ roomId, kind, role, participantId, name, ...ofCall }) };
}

function healthOf(connected: boolean, reported: Reported | undefined, now: number): Partial<Health['parts']> {
  const current = reported && now - reported.at < SILENT_MS ? reported : undefined;
  if (!connected || !current) return { gateway: { status: connected ? 'ok' : 'down' }, ...unheard };
  const detail = current.detail ? { detail: current.detail } : {};
  return { gateway: { status: 'ok' }, sip: { status: current.sip, ...detail }, engine: { status: current.engine } };
}

const unheard = { sip: { status: 'down' }, engine: { status: 'down' } } as const;
