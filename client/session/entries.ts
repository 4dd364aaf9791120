import { z } from 'zod';
import { type SiteDoor, siteDoorSchema } from '../../server/protocol/devices.ts';
import { type LinkInfo, roomSummarySchema, type Ticket, ticketSchema } from '../../server/protocol/http.ts';
import type { RoomId } from '../../server/protocol/ids.ts';
import type { OwnLine } from '../line-tests/api.ts';
import { callApi, enterRoom, join, openLink } from './api.ts';
import { Refused } from './refused.ts';

/** A way into a meeting. Each call throws `Refused`. */
export interface Entry {
  /** A ticket is kept by it over a reload. */
  readonly key: string;
  /** Whose line can be tried before one enters; absent: nobody's that the centre knows. */
  readonly line?: OwnLine;
  /** What the page shows before one enters. */
  read(): Promise<LinkInfo>;
  /** @param name of a guest, who says who he is */
  enter(name: string | undefined): Promise<Ticket>;
}

/** @param token what stands behind `#` in the link */
export function entryByLink(token: string): Entry {
  return { key: token, line: { token }, read: () => openLink(token), enter: (name) => join(token, name) };
}

/** Of an enrolled computer, or of someone at the site who has signed in. */
export function entryOfSite(roomId: RoomId): Entry {
  return {
    key: `site:${roomId}`,
    line: 'own',
    async read() {
      const { name, meetings } = await readSiteDoor();
      const meeting = meetings.find((each) => each.roomId === roomId);
      if (!meeting) throw new Refused('notInvited', roomId);
      return { roomId, title: meeting.title, status: 'open', role: 'site', name };
    },
    enter: () =>
      callApi({ method: 'POST', path: `/site/rooms/${encodeURIComponent(roomId)}/ticket`, answer: ticketSchema }),
  };
}

const roomsSchema = z.object({ rooms: z.array(roomSummarySchema) });

/** Of a chair who has signed in. */
export function entryOfChair(roomId: RoomId): Entry {
  return {
    key: `chair:${roomId}`,
    async read() {
      const { rooms } = await callApi({ path: '/rooms', answer: roomsSchema });
      const room = rooms.find((each) => each.roomId === roomId);
      if (!room) throw new Refused('roomUnknown', roomId);
      return { roomId, title: room.title, status: room.status, role: 'chair', name: '' };
    },
    enter: () => enterRoom(roomId, 'chair'),
  };
}

/** Throws `Refused`: `notEnrolled` for a computer that belongs to no site. */
export function readSiteDoor(): Promise<SiteDoor> {
  return callApi({ path: '/site', answer: siteDoorSchema });
}

export function enrol(code: string, name: string): Promise<SiteDoor> {
  return callApi({ method: 'POST', path: '/enrol', body: { code, name }, answer: siteDoorSchema });
}
