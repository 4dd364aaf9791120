import type { Logger } from 'pino';
import { callsOf, newsOf, type RoomNews } from '../meetings/room-calls.ts';
import type { Doer } from '../protocol/audit.ts';
import { type DeskSettings, deskSettingsSchema } from '../protocol/bookings.ts';
import type { Happened, Notice } from '../protocol/notices.ts';
import type { ReadyRecording } from '../protocol/program-calls.ts';
import { incidentsOf } from '../room/incident-list.ts';
import type { Store } from '../store/index.ts';

const SETTINGS = 'settings';

export async function readDeskSettings(documents: Store['deskDocuments']): Promise<DeskSettings> {
  return deskSettingsSchema.parse((await documents.read(SETTINGS)) ?? {});
}

export function writeDeskSettings(
  documents: Store['deskDocuments'],
  settings: DeskSettings,
  by: Doer,
  now: number,
): Promise<void> {
  return documents.write(SETTINGS, settings, by, now);
}

interface NewsParts {
  store: Pick<Store, 'deskDocuments'>;
  logger: Logger;
  now: () => number;
}

/** The same log; what programs want to hear of is queued in the transaction of the events. */
export function tellingLog(log: Store['log'], parts: NewsParts): Store['log'] {
  return {
    ...log,
    async append(batch) {
      const { roomId, events } = batch;
      const isNews = events.some((logged) => newsOf(logged, { roomId, title: '' }).length > 0);
      if (!isNews) return log.append(batch);
      const title = (await log.rooms()).find((room) => room.roomId === roomId)?.title ?? roomId;
      const notices = await callsFor(
        events.flatMap((logged) => newsOf(logged, { roomId, title })),
        parts,
      );
      return log.append({ ...batch, notices });
    },
  };
}

/** The same recordings; programs hear of one that is there no more. */
export function tellingRecordings(recordings: Store['recordings'], parts: NewsParts): Store['recordings'] {
  return {
    ...recordings,
    async remove(recordingId) {
      const found = await recordings.find(recordingId);
      // Of one that never had a picture nobody has heard.
      if (!found || found.bytes === 0) return recordings.remove(recordingId);
      const happened = { roomId: found.roomId, title: found.title, recordingId };
      return recordings.remove(
        recordingId,
        await callsFor([{ event: 'recording.deleted', at: parts.now(), happened }], parts),
      );
    },
  };
}

/** That settings cannot be read stops no meeting. */
async function callsFor(news: readonly RoomNews[], { store, logger }: NewsParts): Promise<Notice[]> {
  try {
    return callsOf(news, (await readDeskSettings(store.deskDocuments)).webhooks);
  } catch (error) {
    logger.error({ err: error }, 'programs are not told of what happened');
    return [];
  }
}

/** `data` of a call, as it is known when the call is made; undefined where there is nothing to tell of any more. */
export async function dataOf(
  happened: Happened,
  event: Notice['event'],
  { log, recordings }: Pick<Store, 'log' | 'recordings'>,
): Promise<object | undefined> {
  const { roomId, title, incidentId, recordingId } = happened;
  if (incidentId !== undefined) {
    const incident = incidentsOf(await log.read(roomId)).find(({ id }) => id === incidentId);
    return incident && { roomId, title, incident };
  }
  if (recordingId === undefined) return undefined;
  if (event === 'recording.deleted') return { roomId, title, recordingId };
  const found = await recordings.find(recordingId);
  if (!found) return undefined;
  const { startedAt, durationMs, bytes } = found;
  return { roomId, title, recordingId, startedAt, durationMs, bytes } satisfies ReadyRecording;
}
