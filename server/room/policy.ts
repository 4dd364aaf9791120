import type { Verb } from '../protocol/commands.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Kind, Role } from '../protocol/records.ts';

/** Who acts: a participant, or the server itself. */
export type Actor = { participantId: ParticipantId; role: Role; kind: Kind } | 'system';

/** The column of the table below: a role, and for the engine's own participants what they are. */
export type Standing = Exclude<Role, 'service'> | 'composer' | 'recorder' | 'gateway';
type Reach = 'any' | 'self';

/**
 * Who may want what. `self`: only where the command's target is the actor. REG-10: no site opens a microphone, its own
 * included. REG-11: a site frames itself. REG-12: only the centre dials.
 */
const TABLE: Record<Verb, Partial<Record<Standing, Reach>>> = {
  leave: { operator: 'any', chair: 'any', site: 'any', guest: 'any', composer: 'any', recorder: 'any', gateway: 'any' },
  muteSelf: { operator: 'any', chair: 'any', site: 'any', guest: 'any' },

  requestFloor: { site: 'any', guest: 'any' },
  withdrawRequest: { site: 'any', guest: 'any' },
  finishSpeaking: { operator: 'any', chair: 'any', site: 'any', guest: 'any' },
  enterRequest: { operator: 'any' },
  forwardRequest: { operator: 'any' },
  grantFloor: { operator: 'any', chair: 'any' },
  declineRequest: { operator: 'any', chair: 'any' },
  revokeFloor: { operator: 'any', chair: 'any' },
  openMicrophone: { operator: 'any', chair: 'self' },
  closeMicrophone: { operator: 'any', chair: 'self' },
  closeAllMicrophones: { operator: 'any' },

  editPreview: { operator: 'any' },
  take: { operator: 'any' },
  followProgram: { operator: 'any' },
  setOverlay: { operator: 'any' },
  hold: { operator: 'any' },
  endHold: { operator: 'any' },
  setGain: { operator: 'any' },

  stopPresenting: { operator: 'any', chair: 'any', site: 'self', guest: 'self' },
  moveCamera: { operator: 'any', chair: 'self', site: 'self' },
  storeFraming: { operator: 'any', chair: 'self', site: 'self' },
  recallFraming: { operator: 'any', chair: 'self', site: 'self' },
  forgetFraming: { operator: 'any', chair: 'self', site: 'self' },

  writeToCentre: { operator: 'any', chair: 'any', site: 'any', guest: 'any' },
  // A site's and a guest's rule looks whether the operator lets them.
  writeToEveryone: { operator: 'any', chair: 'any', site: 'any', guest: 'any' },
  writeTo: { operator: 'any', chair: 'any' },
  openChat: { operator: 'any' },

  removeParticipant: { operator: 'any' },
  readmitParticipant: { operator: 'any' },
  renameParticipant: { operator: 'any' },

  dial: { operator: 'any' },
  dialSite: { operator: 'any' },
  dialAbsent: { operator: 'any' },
  redial: { operator: 'any' },
  hangUp: { operator: 'any' },

  startRecording: { operator: 'any' },
  stopRecording: { operator: 'any' },
  endMeeting: { operator: 'any', chair: 'any' },

  openIncident: { operator: 'any', chair: 'any' },
  reportIncident: { operator: 'any' },
  tellIncident: { operator: 'any' },
  endIncident: { operator: 'any' },

  reportComposer: { composer: 'self' },
  reportCall: { gateway: 'any' },
  reportEndpoint: { gateway: 'any' },
  reportRecording: { gateway: 'any', recorder: 'any' },
};

export function standingOf(role: Role, kind: Kind): Standing | null {
  if (role !== 'service') return role;
  return kind === 'composer' || kind === 'recorder' || kind === 'gateway' ? kind : null;
}

/**
 * The permission table. The client greys its buttons by the same call.
 * @param targetId the participant a command is about, where it is about one
 */
export function may(actor: Exclude<Actor, 'system'>, verb: Verb, targetId?: ParticipantId): boolean {
  const standing = standingOf(actor.role, actor.kind);
  const reach = standing === null ? undefined : TABLE[verb][standing];
  return reach === 'any' || (reach === 'self' && targetId === actor.participantId);
}
