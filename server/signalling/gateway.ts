import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { Namespace, Socket } from 'socket.io';
import { z } from 'zod';
import type { OpenRooms } from '../open-rooms.ts';
import type { Health } from '../protocol/http.ts';
import { participantIdOfAddress, roomIdSchema } from '../protocol/ids.ts';
import { nameSchema, type RoomState } from '../protocol/records.ts';
import { parse, type RefusalCode, Refused } from '../protocol/refusals.ts';
import {
  type GatewayRequest,
  type GatewayToServer,
  gatewayRequestSchema,
  type OpenRooms as OpenRoomsMessage,
  type ServerToGateway,
} from '../protocol/wire.ts';
import { isActive } from '../room/calls.ts';
import type { Room } from '../rooms.ts';
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
  callers: 'any' | 'known';
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

  async function perform(request: GatewayRequest): Promise<unknown> {
    if (request.request === 'ticket') return issueTicket(parts, request);
    if (request.request === 'admitCall') return admitCall(parts, request);
    if (request.request !== 'reportHealth') throw new Refused('malformed', 'request');
    reported = { ...request, at: parts.now() };
    return {};
  }

  const openRooms = (): OpenRoomsMessage => ({
    rooms: rooms.list().map((room) => ({ roomId: room.roomId, title: room.state.title })),
  });
  const announce = () => namespace.emit('rooms', openRooms());
  rooms.watch({ opened: announce, closed: announce });

  namespace.use(admitting(admit, logger));
  namespace.on('connection', (socket) => {
    logger.info('the gateway is connected');
    socket.once('disconnect', (reason) => logger.warn({ reason }, 'the gateway is gone'));
    const request = async (message: unknown) => succeed(await perform(parse(gatewayRequestSchema, message)));
    receive(socket, { request }, new TokenBucket(BURST, PER_SECOND), logger);
    socket.emit('rooms', openRooms());
  });

  return { health: () => healthOf(namespace.sockets.size > 0, reported, parts.now()) };
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
  const active = Object.values(room.state.calls).find((c) => c.participantId === participantId && isActive(c));
  const callId = wanted.callId ?? active?.id;
  const ofCall = kind === 'sip' ? { ...(address ? { address } : {}), ...(callId ? { callId } : {}) } : {};
  return { ticket: await tickets.issue({ roomId, kind, role, participantId, name, ...ofCall }) };
}

/** A codec dials `sip:ROOM@HOST`. Whoever is refused is on record where there is a room to record it (REG-12). */
async function admitCall(parts: GatewayParts, call: Request<'admitCall'>) {
  const address = printable(call.from) || 'sip:anonymous';
  const participantId = participantIdOfAddress(address);
  const roomId = roomIdSchema.safeParse(call.target.toLowerCase());
  const room = roomId.success ? parts.rooms.get(roomId.data) : undefined;
  const refused = room ? reasonAgainst(room.state, participantId, parts.callers) : 'roomUnknown';
  if (!room || refused) {
    parts.logger.warn({ from: address, target: call.target, source: call.source, refused }, 'a call was refused');
    room?.report({ verb: 'recordRefusedCall', address, target: printable(call.target) });
    throw new Refused(refused ?? 'roomUnknown', call.target);
  }
  const callId = randomBytes(9).toString('base64url');
  const name = nameOf(room, participantId, call);
  const reachedAt = printable(call.contact ?? '') || address;
  const answer = await room.dispatch({ verb: 'recordCall', callId, participantId, address: reachedAt, name }, 'system');
  if (!answer.ok) throw new Refused(answer.refusal.code, answer.refusal.detail);
  const claims = { roomId: room.roomId, kind: 'sip', role: 'site', participantId, name, address, callId } as const;
  return { roomId: room.roomId, participantId, name, callId, ticket: await parts.tickets.issue(claims) };
}

function reasonAgainst(state: RoomState, participantId: string, callers: 'any' | 'known'): RefusalCode | undefined {
  if (state.status === 'ended') return 'meetingEnded';
  const participant = state.participants[participantId];
  if (participant?.presence === 'removed') return 'removed';
  const isKnown = participant || Object.values(state.calls).some((c) => c.participantId === participantId);
  return callers === 'known' && !isKnown ? 'notPermitted' : undefined;
}

function nameOf(room: Room, participantId: string, { from, displayName }: Request<'admitCall'>): string {
  const known = room.state.participants[participantId]?.name;
  const user = /^(?:sips?:)?([^@;]+)@/i.exec(from)?.[1];
  const candidates = [known, displayName, user, from, participantId];
  return candidates.find((name) => nameSchema.safeParse(name).success)?.trim() ?? participantId;
}

/** What a stranger sent, fit for the log: no control characters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').trim();
}

function healthOf(connected: boolean, reported: Reported | undefined, now: number): Partial<Health['parts']> {
  const current = reported && now - reported.at < SILENT_MS ? reported : undefined;
  if (!connected || !current) return { gateway: { status: connected ? 'ok' : 'down' }, ...unheard };
  const detail = current.detail ? { detail: current.detail } : {};
  return { gateway: { status: 'ok' }, sip: { status: current.sip, ...detail }, engine: { status: current.engine } };
}

const unheard = { sip: { status: 'down' }, engine: { status: 'down' } } as const;
