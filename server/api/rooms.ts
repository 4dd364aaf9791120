import { type Request, Router } from 'express';
import { enterRoomSchema, openRoomSchema, type RoomSummary } from '../protocol/http.ts';
import { roomIdSchema } from '../protocol/ids.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { isAttendee } from '../room/state.ts';
import type { Room } from '../rooms.ts';
import { originOf } from './origin.ts';
import type { ApiParts, StoredRoom } from './ports.ts';
import { freshId, hashToken, type Sessions } from './sessions.ts';

/** The meetings: listed, opened, entered by an operator, read afterwards. */
export function routeRooms(parts: ApiParts, sessions: Sessions): Router {
  const { rooms, log, directory } = parts;
  const router = Router();

  router.get('/rooms', async (request, response) => {
    await sessions.require(request, 'readMeetings');
    const stored = await log.rooms();
    response.json({ rooms: stored.map((room) => summarise(parts, request, room, rooms.get(room.roomId))) });
  });

  router.post('/rooms', async (request, response) => {
    const { account, note } = await sessions.require(request);
    const { title, roomId, siteIds } = parse(openRoomSchema, request.body);
    directory.requireSites(siteIds ?? []);
    const room = await rooms.create(title, roomId);
    await parts.audit.append(note('meetingOpened', room.roomId, { title }));
    if (siteIds)
      await directory.invite(room.roomId, siteIds, note('sitesInvited', room.roomId, { sites: siteIds.length }));
    parts.logger.info({ username: account.username, room: room.roomId }, 'a meeting was opened');
    response.status(201).json(summarise(parts, request, room.state, room));
  });

  router.post('/rooms/:id/ticket', async (request, response) => {
    const { as } = parse(enterRoomSchema, request.body ?? {});
    const { account, sessionId } = await sessions.require(request, as === 'chair' ? 'preside' : 'runMeetings');
    const { roomId } = await findOpen(parts, request.params.id);
    // A chair is one and keeps his place; an operator may stand at several screens.
    const participantId = as === 'chair' ? `chair-${hashToken(account.username).slice(0, 16)}` : `op-${freshId()}`;
    const who = {
      participantId,
      role: as,
      kind: 'browser',
      name: as === 'chair' ? account.name : account.username,
    } as const;
    const ticket = await parts.issueTicket({ roomId, ...who, session: sessionId });
    response.json({ ticket, roomId, participantId });
  });

  router.get('/rooms/:id/log', async (request, response) => {
    await sessions.require(request, 'readMeetingLog');
    const events = await log.read(parse(roomIdSchema, request.params.id));
    if (events.length === 0) throw new Refused('roomUnknown', request.params.id);
    response.json({ events });
  });
  return router;
}

/** The room as it runs. Throws `Refused`: `meetingEnded`, `roomUnknown`, or `retry` for one that could not be rebuilt. */
export async function findOpen({ rooms, log }: ApiParts, id: string): Promise<Room> {
  const room = rooms.get(id);
  if (room && room.state.status === 'open') return room;
  const stored = (await log.rooms()).find(({ roomId }) => roomId === id);
  if (stored?.status === 'open') throw new Refused('retry', id);
  throw new Refused(stored ? 'meetingEnded' : 'roomUnknown', id);
}

function summarise(parts: ApiParts, request: Request, stored: StoredRoom, room: Room | undefined): RoomSummary {
  const participants = Object.values(room?.state.participants ?? {});
  const { roomId, title, status, openedAt, endedAt } = room?.state ?? stored;
  return {
    roomId,
    title,
    status,
    openedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    present: participants.filter((p) => isAttendee(p) && p.presence === 'present').length,
    recording: room !== undefined && room.state.recording.status !== 'off',
    sipAddress: sipAddressOf(parts, request, roomId),
  };
}

/** The port is named where it is not SIP's own (RFC 3261 19.1.2). */
function sipAddressOf({ sip, publicUrl }: ApiParts, request: Request, roomId: string): string {
  const isAny = sip.host === '0.0.0.0' || sip.host === '::';
  const host = isAny ? new URL(originOf(request, publicUrl)).hostname : sip.host;
  return `sip:${roomId}@${host}${sip.port === 5060 ? '' : `:${sip.port}`}`;
}
