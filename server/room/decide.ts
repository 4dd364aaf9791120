import type { Command, Verb } from '../protocol/commands.ts';
import type { RoomState } from '../protocol/records.ts';
import { refuse } from '../protocol/refusals.ts';
import { attemptEvents } from './attempts.ts';
import { callRules } from './calls.ts';
import { cameraRules } from './cameras.ts';
import { chatRules } from './chat.ts';
import { type Decision, type Inputs, type Rule, reject } from './decision.ts';
import { floorRules } from './floor.ts';
import { incidentRules } from './incidents.ts';
import { meetingRules } from './meeting.ts';
import { pictureRules } from './picture.ts';
import { type Actor, may } from './policy.ts';
import { presentingRules } from './presenting.ts';
import { recordingRules } from './recording.ts';
import { rehearsalRules } from './rehearsal.ts';
import { rosterRules } from './roster.ts';
import { siteRules } from './sites.ts';
import type { SystemCommand, SystemVerb } from './system-commands.ts';

type AnyCommand = Command | SystemCommand;
type Rules = { [V in Verb | SystemVerb]: Rule<Extract<AnyCommand, { verb: V }>> };

/** One rule for every verb: a verb without one does not compile. */
const RULES: Rules = {
  ...meetingRules,
  ...rosterRules,
  ...floorRules,
  ...pictureRules,
  ...presentingRules,
  ...cameraRules,
  ...chatRules,
  ...siteRules,
  ...callRules,
  ...recordingRules,
  ...incidentRules,
  ...rehearsalRules,
};

/** What may still happen once the meeting has ended: things coming to rest, and what becomes known of incidents (REG-8). */
const AFTER_THE_END: ReadonlySet<string> = new Set<AnyCommand['verb']>([
  'leave',
  'lose',
  'expire',
  'closeSource',
  'reportCall',
  'reportRecording',
  'reportComposer',
  'recover',
  'admit',
  'reportEffectFailure',
  'amendIncident',
  'noteTold',
]);

/**
 * The room's rules. Pure: the same state, command, actor and inputs give the same decision. System commands are the
 * server's own and never come from the wire.
 */
export function decide(state: RoomState, command: AnyCommand, actor: Actor, inputs: Inputs): Decision {
  if (actor !== 'system' && !mayWant(actor, command)) return refuseAttempt(state, command, actor.participantId, inputs);
  if (state.status === 'ended' && !mayAfterEnd(command)) return reject('meetingEnded');
  const rule = RULES[command.verb] as Rule<AnyCommand>;
  return rule(state, command, actor === 'system' ? 'system' : actor.participantId, inputs);
}

function mayWant(actor: Exclude<Actor, 'system'>, command: AnyCommand): boolean {
  if (!isCommand(command)) return false;
  return may(actor, command.verb, 'participantId' in command ? command.participantId : undefined);
}

const SYSTEM_VERBS: Record<SystemVerb, true> = {
  open: true,
  admit: true,
  lose: true,
  expire: true,
  openSource: true,
  closeSource: true,
  setSpeaker: true,
  recover: true,
  invite: true,
  setPin: true,
  recordCall: true,
  recordRefusedCall: true,
  recordIncident: true,
  amendIncident: true,
  noteTold: true,
  prepareRehearsal: true,
  recordRehearsal: true,
  fallDue: true,
  reportEffectFailure: true,
};

function isCommand(command: AnyCommand): command is Command {
  return !(command.verb in SYSTEM_VERBS);
}

function mayAfterEnd(command: AnyCommand): boolean {
  if (command.verb === 'admit') return command.participant.role === 'service';
  return AFTER_THE_END.has(command.verb);
}

function refuseAttempt(state: RoomState, command: AnyCommand, by: string, { now }: Inputs): Decision {
  const refusal = refuse('notPermitted', command.verb);
  const verb = command.verb;
  const detail = subjectOf(command);
  const attempt = { by, name: state.participants[by]?.name ?? by, verb, at: now, ...(detail ? { detail } : {}) };
  return { events: attemptEvents(state, attempt), refusal };
}

function subjectOf(command: AnyCommand): string | undefined {
  if ('address' in command) return command.address;
  if ('siteId' in command) return command.siteId;
  if ('audience' in command) return command.audience;
  return 'participantId' in command ? (command.participantId ?? undefined) : undefined;
}
