import {
  type ParticipantId,
  participantIdSchema,
  type RecordingId,
  type RoomId,
  recordingIdSchema,
  roomIdSchema,
} from '../server/protocol/ids.ts';

/** What is done at the desk. */
export const DESK_SECTIONS = [
  'meetings',
  'schedule',
  'reports',
  'sites',
  'organisations',
  'devices',
  'banned',
  'accounts',
  'programs',
  'audit',
  'own',
] as const;
export type DeskSection = (typeof DESK_SECTIONS)[number];

/** Where in the client an address leads. */
export type Place =
  | { readonly page: 'desk'; readonly section: DeskSection }
  | { readonly page: 'join'; readonly token: string }
  | { readonly page: 'console'; readonly roomId: RoomId }
  | { readonly page: 'preside'; readonly roomId: RoomId }
  | { readonly page: 'site'; readonly roomId?: RoomId }
  | { readonly page: 'line'; readonly participantId: ParticipantId }
  | { readonly page: 'quality'; readonly roomId: RoomId }
  | { readonly page: 'review' }
  | { readonly page: 'recording'; readonly recordingId: RecordingId }
  | { readonly page: 'shared'; readonly token: string };

/** Unknown addresses lead to the desk. A link's token stands behind `#`, so that no server logs it. */
export function placeOf({ pathname, hash }: { pathname: string; hash: string }): Place {
  const [first, second] = pathname.split('/').filter((part) => part !== '');
  if (first === 'join') return { page: 'join', token: hash.replace(/^#/, '') };
  if (first === 'review') return { page: 'shared', token: hash.replace(/^#/, '') };
  if (first === 'recordings') {
    const recordingId = recordingIdSchema.safeParse(second);
    return recordingId.success ? { page: 'recording', recordingId: recordingId.data } : { page: 'review' };
  }
  const participant = participantIdSchema.safeParse(second);
  if (first === 'lines' && participant.success) return { page: 'line', participantId: participant.data };
  const room = roomIdSchema.safeParse(second);
  if (first === 'quality' && room.success) return { page: 'quality', roomId: room.data };
  if (first === 'site') return { page: 'site', ...(room.success ? { roomId: room.data } : {}) };
  if (first === 'room' && room.success) return { page: 'console', roomId: room.data };
  if (first === 'preside' && room.success) return { page: 'preside', roomId: room.data };
  return { page: 'desk', section: DESK_SECTIONS.find((section) => section === first) ?? 'meetings' };
}
