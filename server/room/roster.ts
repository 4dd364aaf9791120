import type { Command } from '../protocol/commands.ts';
import type { Participant, RoomState, SentSource } from '../protocol/records.ts';
import { callUnderWay, endedCalls, isCallOver, supersededCalls } from './calls.ts';
import { stilledCameras } from './cameras.ts';
import { accept, type Decision, type Inputs, type Rule, reject } from './decision.ts';
import { closedEvents, silencedEvents } from './floor.ts';
import { leaving } from './leaving.ts';
import { replacedBy } from './presenting.ts';
import { isAttendee, isIn } from './state.ts';
import type { Entrant, SystemCommand } from './system-commands.ts';

/** Who counts against it: everyone in the room, whatever the role. */
const MAX_PARTICIPANTS = 400;

type Of<V extends (Command | SystemCommand)['verb']> = Extract<Command | SystemCommand, { verb: V }>;

/** Coming, going, and what each one sends. */
export const rosterRules = {
  admit,
  lose: (state, { participantId }, _by, { now }) => {
    const known = state.participants[participantId];
    if (known?.presence !== 'present') return accept();
    // Whose call is over does not come back: it may have ended while he took his seat.
    if (isCallOver(state, known)) return accept(...leaving(state, participantId, 'hungUp', now));
    return accept(...stilledCameras(state, participantId), { type: 'participantLost', participantId });
  },
  expire: (state, { participantId }, _by, { now }) =>
    state.participants[participantId]?.presence === 'away'
      ? accept(...leaving(state, participantId, 'graceExpired', now))
      : accept(),
  leave: (state, _command, by, { now }) => {
    const self = by === 'system' ? undefined : state.participants[by];
    if (!isIn(self)) return accept();
    return accept(...leaving(state, self.id, self.kind === 'sip' ? 'hungUp' : 'left', now));
  },
  removeParticipant: (state, { participantId }, _by, { now }) => {
    const target = state.participants[participantId];
    if (!target || target.role === 'service' || target.presence === 'removed') return reject('participantUnknown');
    return accept(...leaving(state, participantId, 'removed', now), ...endedCalls(state, participantId, now));
  },
  readmitParticipant: (state, { participantId }) =>
    state.participants[participantId]?.presence === 'removed'
      ? accept({ type: 'participantReadmitted', participantId })
      : reject('participantUnknown'),
  renameParticipant: (state, { participantId, name }) => {
    const target = state.participants[participantId];
    if (!target || target.role === 'service') return reject('participantUnknown');
    return target.name === name ? accept() : accept({ type: 'participantRenamed', participantId, name });
  },
  muteSelf: (state, { muted }, by) => {
    const self = by === 'system' ? undefined : state.participants[by];
    if (!isIn(self)) return reject('participantUnknown');
    return self.muted === muted ? accept() : accept({ type: 'selfMuted', participantId: self.id, muted });
  },
  setGain: (state, { participantId, gainDb }) => {
    const target = state.participants[participantId];
    if (!target || !isAttendee(target)) return reject('participantUnknown');
    return (target.gainDb ?? 0) === gainDb ? accept() : accept({ type: 'gainSet', participantId, gainDb });
  },
  openSource: (state, { participantId, sent }) => {
    const target = state.participants[participantId];
    if (!isIn(target) || hasSource(target, sent)) return accept();
    return accept(...replacedBy(state, participantId, sent), { type: 'sourceOpened', participantId, sent });
  },
  reportEndpoint: (state, { participantId, endpoint }, _by, { now }) => {
    const target = state.participants[participantId];
    const isHere = isIn(target) && target.kind === 'sip';
    // Its call is answered before it takes its seat.
    const call = isHere ? undefined : callUnderWay(state, participantId);
    const known = isHere ? target.endpoint : call?.endpoint;
    if (!isHere && !call) return reject('participantUnknown');
    if (JSON.stringify(known) === JSON.stringify(endpoint)) return accept();
    if (call) return accept({ type: 'callChanged', call: { ...call, endpoint, changedAt: now } });
    return accept({ type: 'endpointReported', participantId, endpoint });
  },
  closeSource: (state, { participantId, sent }) => {
    const target = state.participants[participantId];
    return target && hasSource(target, sent) ? accept({ type: 'sourceClosed', participantId, sent }) : accept();
  },
} satisfies { [V in (Command | SystemCommand)['verb']]?: Rule<Of<V>> };

function admit(state: RoomState, { participant }: Of<'admit'>, _by: string, { now }: Inputs): Decision {
  const known = state.participants[participant.id];
  if (known?.presence === 'removed') return reject('removed');
  const sameCall = known?.callId === participant.callId;
  if (known?.presence === 'present' && sameCall) return accept();
  if (known?.presence === 'away' && sameCall) return accept({ type: 'participantReturned', participantId: known.id });
  if (!isIn(known) && Object.values(state.participants).filter(isIn).length >= MAX_PARTICIPANTS)
    return reject('roomFull');
  // Another call under the same address is unproven: what the earlier one was granted ends with it.
  const ended = isIn(known) ? [...closedEvents(state, known.id, 'left', now), ...silencedEvents(state, known.id)] : [];
  const superseded = supersededCalls(state, participant.id, participant.callId, now);
  return accept(...ended, ...superseded, {
    type: 'participantJoined',
    participant: {
      ...participant,
      ...siteOf(state, participant, known),
      ...(known?.gainDb === undefined ? {} : { gainDb: known.gainDb }),
      // An operator may have corrected the name.
      name: known?.name ?? participant.name,
      presence: 'present',
      joinedAt: known?.joinedAt ?? now,
      presenceSince: now,
      sources: [],
      gate: 'closed',
      muted: false,
    },
  });
}

/**
 * What a codec is by its call, a site's computer by its credential, or was before: nobody but the site gets the site's id.
 */
function siteOf(
  state: RoomState,
  { callId, siteId: own }: Entrant,
  known: Participant | undefined,
): Partial<Participant> {
  const call = callId === undefined ? undefined : state.calls[callId];
  const siteId = call?.siteId ?? own ?? known?.siteId;
  const site = siteId === undefined ? undefined : state.sites[siteId];
  return {
    ...(siteId === undefined ? {} : { siteId }),
    ...((site ? site.bridge : known?.bridge) ? { bridge: true } : {}),
    ...(call?.endpoint ? { endpoint: call.endpoint } : {}),
    ...(known?.framings ? { framings: known.framings } : {}),
  };
}

export function hasSource(participant: Participant, sent: SentSource): boolean {
  return participant.sources.some((s) => isSameSource(s, sent));
}

export function isSameSource(a: SentSource, b: SentSource): boolean {
  return a.source === b.source && a.for === b.for && a.tier === b.tier;
}
