import type { CallId, ParticipantId, RoomId } from '../protocol/ids.ts';
import type { Kind, Role, SentSource } from '../protocol/records.ts';

/** Who enters: what a ticket says. */
export interface Entrant {
  id: ParticipantId;
  role: Role;
  kind: Kind;
  name: string;
  address?: string;
  callId?: CallId;
}

/** What the server itself wants of a room: connections, media and clocks, put into words. */
export type SystemCommand =
  | { verb: 'open'; roomId: RoomId; title: string }
  /** A ticket was shown: join, return, or return after having left. */
  | { verb: 'admit'; participant: Entrant }
  | { verb: 'lose'; participantId: ParticipantId }
  | { verb: 'expire'; participantId: ParticipantId }
  | { verb: 'openSource'; participantId: ParticipantId; sent: SentSource }
  | { verb: 'closeSource'; participantId: ParticipantId; sent: SentSource }
  | { verb: 'setSpeaker'; participantId: ParticipantId | null }
  /** The server came back from the log. */
  | { verb: 'recover' }
  /** A codec calls in and is let in. */
  | { verb: 'recordCall'; callId: CallId; participantId: ParticipantId; address: string; name: string }
  /** A call that was refused at the door (REG-12). */
  | { verb: 'recordRefusedCall'; address: string; target: string }
  | { verb: 'reportEffectFailure'; effect: string; reason: string };

export type SystemVerb = SystemCommand['verb'];
