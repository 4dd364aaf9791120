import type { CallId, ParticipantId, RoomId, SiteId } from '../protocol/ids.ts';
import type { AmendIncident, Incident, NoteTold } from '../protocol/incidents.ts';
import type { InvitedSite, Kind, Role, SentSource } from '../protocol/records.ts';
import type { SiteLacks, SiteRehearsal } from '../protocol/rehearsals.ts';

/** Who enters: what a ticket says. */
export interface Entrant {
  id: ParticipantId;
  role: Role;
  kind: Kind;
  name: string;
  address?: string;
  callId?: CallId;
  /** Of who comes by the site's own computer; whoever comes by a call is known by the call. */
  siteId?: SiteId;
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
  /** The sites that may enter, in the place of those before. Who is in already stays. */
  | { verb: 'invite'; sites: InvitedSite[] }
  | { verb: 'setPin'; pin: string }
  /** A codec calls in and is let in: as the site that it is, where it is one. */
  | { verb: 'recordCall'; callId: CallId; participantId: ParticipantId; address: string; name: string; siteId?: SiteId }
  /** What was refused at the door (REG-12): a call, or a registration or transfer of a codec. */
  | {
      verb: 'recordRefusedCall';
      address: string;
      target: string;
      kind?: 'call' | 'refer' | 'register';
      /** Who it was, where that is known. */
      site?: { siteId: SiteId; name: string };
    }
  /** As the monitor sees it now; one that has ended has its end. */
  | { verb: 'recordIncident'; incident: Incident }
  /** What somebody at the desk knows of one (REG-8), also when the meeting is over. `logged`: as the log has it. */
  | ({ verb: 'amendIncident'; incidentId: string; desk: string; logged?: Incident } & AmendIncident)
  | ({ verb: 'noteTold'; incidentId: string; desk: string; logged?: Incident } & NoteTold)
  /** The room is that of a booked meeting (REG-5). */
  | { verb: 'prepareRehearsal'; bookingId: string; startsAt: number; dueAt: number }
  /** As it is known now of one site. */
  | { verb: 'recordRehearsal'; site: SiteRehearsal }
  /** By now every site should have been tested. */
  | { verb: 'fallDue'; lacking: SiteLacks[] }
  | { verb: 'reportEffectFailure'; effect: string; reason: string };

export type SystemVerb = SystemCommand['verb'];
