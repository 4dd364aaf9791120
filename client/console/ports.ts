import type { Command } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { LineState } from '../../server/protocol/lines.ts';
import type { RoomState, SourceRef, Time } from '../../server/protocol/records.ts';
import type { CaptureProblem } from '../media/capture.ts';
import type { Connection } from '../session/connection.ts';
import type { ViewSource } from '../ui/pictures.ts';

/** What the console needs of a session; `Session` fits. Every property is read reactively. */
export interface ConsoleSession {
  readonly connection: Connection;
  readonly room: RoomState | null;
  readonly participantId: ParticipantId;
  /** Loudness in dBov by participant. */
  readonly levels: Readonly<Record<ParticipantId, number>>;
  /** The lines that are not good. */
  readonly lines: Readonly<Record<ParticipantId, LineState>>;
  /** The server's clock. */
  now(): Time;
  /** Throws `Refused`. */
  command(command: Command): Promise<unknown>;
}

/** What the console needs of this machine's camera and microphone; `LocalMedia` fits. Every property is read reactively. */
export interface ConsoleDevices {
  readonly tracks: Readonly<Record<'camera' | 'microphone', MediaStreamTrack | null>>;
  readonly problems: Readonly<Record<'camera' | 'microphone', CaptureProblem | null>>;
  readonly opening: Readonly<Record<'camera' | 'microphone', boolean>>;
  /** Resolves also where it fails: then there is a problem instead of a track. */
  openCamera(): Promise<void>;
  closeCamera(): void;
  openMicrophone(): Promise<void>;
  closeMicrophone(): void;
}

/** What the console needs of the media session. */
export interface ConsoleMedia {
  /** The track that arrives for a source just now; read reactively. */
  trackOf(source: SourceRef): MediaStreamTrack | null;
  /** The element shows this source while it is visible. */
  readonly view: ViewSource;
  /** The last still of a codec's camera, as an image's address; read reactively. */
  stillOf(participantId: ParticipantId): string | null;
  /** The element shows stills of this codec while it is visible. */
  readonly viewStill: (participantId: ParticipantId) => (element: HTMLElement) => () => void;
}
