import type { LoggedEvent } from '../protocol/events.ts';
import type { RoomId } from '../protocol/ids.ts';
import { AppendConflict, type EventLog } from './event-log.ts';

interface Passing {
  epoch: number;
  events: LoggedEvent[];
}

/**
 * The same log, but of some rooms nothing is kept: they are in memory, on no list, and forgotten once they have ended or
 * the process has.
 */
export function withPassingRooms(log: EventLog, isPassing: (roomId: RoomId) => boolean): EventLog {
  const rooms = new Map<RoomId, Passing>();
  const require = (roomId: RoomId): Passing => {
    const known = rooms.get(roomId);
    if (!known) throw new Error(`room ${roomId} is forgotten`);
    return known;
  };
  return {
    async reserve(roomId) {
      if (!isPassing(roomId)) return log.reserve(roomId);
      if (rooms.has(roomId)) return false;
      rooms.set(roomId, { epoch: 0, events: [] });
      return true;
    },
    async claim(roomId) {
      if (!isPassing(roomId)) return log.claim(roomId);
      return ++require(roomId).epoch;
    },
    async append(batch) {
      const { roomId, epoch, expectedSeq, events } = batch;
      if (!isPassing(roomId)) return log.append(batch);
      const room = rooms.get(roomId);
      // After its end only what is under way still comes.
      if (!room) return;
      if (room.epoch !== epoch) throw new AppendConflict(roomId, 'epoch');
      if (room.events.length !== expectedSeq) throw new AppendConflict(roomId, 'seq');
      room.events.push(...events);
      if (events.some(({ event }) => event.type === 'meetingEnded')) rooms.delete(roomId);
    },
    async read(roomId) {
      return isPassing(roomId) ? [...(rooms.get(roomId)?.events ?? [])] : log.read(roomId);
    },
    rooms: () => log.rooms(),
  };
}
