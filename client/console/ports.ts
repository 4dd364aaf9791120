import type { Command } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { RoomState, SourceRef, Time } from '../../server/protocol/records.ts';
import type { Connection } from '../session/connection.ts';
import type { ViewSource } from '../ui/pictures.ts';

/** What the console needs of a session; `Session` fits. Every property is read reactively. */
export interface ConsoleSession {
  readonly connection: Connection;
  readonly room: RoomState | null;
  readonly participantId: ParticipantId;
  /** Loudness in dBov by participant. */
  readonly levels: Readonly<Record<ParticipantId, number>>;
  /** The server's clock. */
  now(): Time;
  /** Throws `Refused`. */
  command(command: Command): Promise<unknown>;
}

/** What the console needs of the media session. */
export interface ConsoleMedia {
  /** The track that arrives for a source just now; read reactively. */
  trackOf(source: SourceRef): MediaStreamTrack | null;
  /** The element shows this source while it is visible. */
  readonly view: ViewSource;
}
