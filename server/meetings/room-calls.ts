import { randomBytes } from 'node:crypto';
import type { DeskSettings, RoomEventName } from '../protocol/bookings.ts';
import type { LoggedEvent } from '../protocol/events.ts';
import type { Happened, Notice } from '../protocol/notices.ts';

/** Something of which programs may want to hear that is of no booking. */
export interface RoomNews {
  event: RoomEventName;
  at: number;
  happened: Happened;
}

/** @param title of the room */
export function newsOf({ event, at }: LoggedEvent, { roomId, title }: { roomId: string; title: string }): RoomNews[] {
  const told = (name: RoomEventName, of: Pick<Happened, 'incidentId' | 'recordingId'>): RoomNews[] => [
    { event: name, at, happened: { roomId, title, ...of } },
  ];
  switch (event.type) {
    case 'incidentOpened':
      return told('incident.opened', { incidentId: event.incident.id });
    case 'incidentEnded':
      return told('incident.closed', { incidentId: event.incident.id });
    case 'recordingSaved':
      // Of one that is one file, the file's name is its id.
      return told('recording.ready', { recordingId: event.file?.replace(/\.mp4$/, '') ?? event.recordingId });
    default:
      return [];
  }
}

/** One for each program that wants to hear of each. */
export function callsOf(news: readonly RoomNews[], webhooks: DeskSettings['webhooks']): Notice[] {
  return news.flatMap(({ event, at, happened }) =>
    webhooks
      .filter(({ events }) => events.includes(event))
      .map(({ webhookId, url }) => ({
        noticeId: randomBytes(12).toString('base64url'),
        ...{ about: 'invitation' as const, event, happened, audience: 'program' as const, channel: 'webhook' as const },
        to: { name: webhookId, address: url },
        ...{ by: 'system', createdAt: at, attempts: 0, status: 'queued' as const, nextAt: at },
      })),
  );
}
