import type { ParticipantId, RecordingId, RoomId } from './ids.ts';
import type { RecordingAccess, Share } from './recording.ts';
import type { RecordingWarning } from './records.ts';

// What store, recordings and HTTP interface tell one another of recordings; nothing of it goes over the wire as it is.

/** A recording as its row in the store has it; `access` null: as the house has it. */
export interface StoredRecording {
  recordingId: RecordingId;
  roomId: RoomId;
  title: string;
  status: 'running' | 'saved';
  /** One file in the folder of recordings; absent: a folder of streams and parts. */
  file?: string;
  startedAt: number;
  durationMs: number;
  bytes: number;
  note: string;
  access: RecordingAccess | null;
  /** `byRule`: nobody has decided; null: for ever. */
  keepUntil: number | null | 'byRule';
  held: boolean;
  gaps: { count: number; ms: number };
  warnings: RecordingWarning[];
  inspected: boolean;
  /** At rest; null: nobody has looked since it ended. */
  encrypted: boolean | null;
  /** When all of it was seen to be whole in the store of objects; null: it lies on disk alone. */
  copiedAt: number | null;
  /** It lies in that store alone. */
  away: boolean;
}
/** What is seen of it on disk after the stop. */
export type RecordingSeen = Pick<StoredRecording, 'durationMs' | 'bytes' | 'gaps' | 'encrypted'>;
/** What a person may change of it; what is not named stays. */
export type RecordingChange = Partial<Pick<StoredRecording, 'note' | 'access' | 'keepUntil' | 'held'>>;

/** Who looks at a recording, as the edge has found out: by sign-in, by a link of the meeting, or by a share. */
export type RecordingIdentity =
  | { as: 'operator'; username: string }
  | { as: 'auditor'; username: string }
  | { as: 'participant'; roomId: RoomId; participantId?: ParticipantId; name: string }
  | { as: 'share'; share: Share & { recordingId: RecordingId } };
