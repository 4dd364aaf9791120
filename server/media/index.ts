import type { Logger } from 'pino';
import type { Sample } from '../protocol/monitor.ts';
import type { MediaNode, MediaSettings } from './port.ts';
import { Room } from './room-media.ts';
import { Sweep } from './sweep.ts';
import { Workers } from './workers.ts';

export type { MediaNode, RoomMedia, RoomMediaHooks } from './port.ts';

/**
 * Starts the workers, each with its port. Rejects where one does not start or cannot listen.
 *
 * Who closes whom: the node its workers and rooms; a room its router and sessions; a session what it sends (transports,
 * producers) and receives (transport, consumptions); a consumption its consumer and, for services, its transport. Each
 * owner forgets what it closes before it closes it.
 */
export async function startMedia(settings: MediaSettings, logger: Logger): Promise<MediaNode> {
  // mediasoup reads it once, when it is loaded.
  process.env.MEDIASOUP_WORKER_BIN = settings.workerBin;
  const mediasoup = await import('mediasoup');
  mediasoup.setLogEventListeners({
    onwarn: (namespace, log) => logger.warn({ namespace }, log),
    onerror: (namespace, log, error) => logger.error({ namespace, err: error }, log),
  });
  const workers = new Workers(mediasoup, settings, logger);
  await workers.start();
  const rooms = new Set<Room>();
  const sweep = new Sweep({
    rooms: () => [...rooms].map(measuredIn),
    now: Date.now,
    failed: (error) => logger.debug({ err: error }, 'statistics could not be read'),
  });
  return {
    async openRoom(roomId, hooks) {
      const room = await Room.open({
        hooks,
        logger: logger.child({ roomId }),
        workers,
        relay: settings.relay,
        onClosed: () => rooms.delete(room),
      });
      rooms.add(room);
      return room;
    },
    health: () => workers.health(),
    workerPids: () => workers.pids(),
    async close() {
      sweep.close();
      await Promise.all([...rooms].map((room) => room.close()));
      await workers.close();
    },
  };
}

function measuredIn(room: Room) {
  const { hooks } = room;
  return {
    subjects: room.subjects(),
    tell: (samples: Sample[]) => hooks.measured(samples),
    isStrained: (participantId: string) => hooks.isStrained(participantId),
  };
}
