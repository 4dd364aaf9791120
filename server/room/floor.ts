import type { Command } from '../protocol/commands.ts';
import type { CloseReason, RoomEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { FloorRequest, Participant, RoomState, Time } from '../protocol/records.ts';
import { accept, type Decision, type Inputs, type Rule, reject } from './decision.ts';
import { isAttendee, isIn, pendingRequest } from './state.ts';

type Of<V extends Command['verb']> = Extract<Command, { verb: V }>;

const OWN_REQUESTS_PER_MINUTE = 10;

/** The floor: requested → forwarded → granted or declined → speaking → finished (REG-9, REG-10). */
export const floorRules = {
  requestFloor: (state, _command, by, inputs) =>
    by === 'system' ? reject('notPermitted') : request(state, by, inputs),
  enterRequest: (state, { participantId }, by, inputs) => request(state, participantId, inputs, by),
  withdrawRequest: (state, _command, by, { now }) => {
    const own = by === 'system' ? undefined : pendingRequest(state, by);
    if (!own || own.status === 'speaking') return reject('requestUnknown');
    return accept({ type: 'requestWithdrawn', request: { ...own, status: 'withdrawn', finishedAt: now } });
  },
  forwardRequest: (state, { requestId }, _by, { now }) => {
    const found = state.requests.find((r) => r.id === requestId);
    if (!found) return reject('requestUnknown');
    if (found.status !== 'requested') return reject('requestClosed');
    return accept({ type: 'requestForwarded', request: { ...found, status: 'forwarded', forwardedAt: now } });
  },
  grantFloor: grant,
  declineRequest: (state, { requestId }, by, { now }) => {
    const found = decidable(state, requestId, by);
    if ('events' in found) return found;
    const request: FloorRequest = { ...found, status: 'declined', ...decided(state, by, now), finishedAt: now };
    return accept({ type: 'requestDeclined', request });
  },
  revokeFloor: (state, { participantId }, _by, { now }) => close(state, participantId, 'revoked', now),
  finishSpeaking: (state, _command, by, { now }) =>
    by === 'system' ? reject('notSpeaking') : close(state, by, 'finished', now),
  openMicrophone: (state, { participantId }) => {
    const target = state.participants[participantId];
    if (!target || !isAttendee(target) || !isIn(target)) return reject('participantUnknown');
    if (target.presence === 'away') return reject('participantAway');
    return accept(...opened(state, participantId));
  },
  closeMicrophone: (state, { participantId }, _by, { now }) => close(state, participantId, 'closed', now),
  closeAllMicrophones: (state, _command, _by, { now }) => {
    const open = Object.values(state.participants).filter((p) => p.gate === 'open' && p.role !== 'chair');
    const events = open.flatMap((p) => closedEvents(state, p.id, 'closedAll', now));
    const silenced = open.some((p) => p.id === state.speaker);
    return accept(...events, ...(silenced ? [{ type: 'speakerChanged' as const, participantId: null }] : []));
  },
} satisfies { [V in Command['verb']]?: Rule<Of<V>> };

function request(state: RoomState, id: ParticipantId, inputs: Inputs, enteredBy?: ParticipantId | 'system'): Decision {
  const target = state.participants[id];
  if (!target || !isAttendee(target) || !isIn(target)) return reject('participantUnknown');
  if (target.gate === 'open' || pendingRequest(state, id)) return reject('alreadyRequested');
  if (!enteredBy && asksTooOften(state, id, inputs.now)) return reject('tooManyMessages');
  const entered = enteredBy && enteredBy !== 'system' ? { enteredBy } : {};
  const record: FloorRequest = {
    id: inputs.id,
    participantId: id,
    name: target.name,
    status: 'requested',
    requestedAt: inputs.now,
    ...entered,
  };
  return accept({ type: 'floorRequested', request: record });
}

/** The room remembers every request, so asking and withdrawing in turns must not fill it. */
function asksTooOften({ requests }: RoomState, id: ParticipantId, now: Time): boolean {
  const own = requests.filter((r) => r.participantId === id && r.enteredBy === undefined);
  return own.filter((r) => Math.abs(now - r.requestedAt) < 60_000).length >= OWN_REQUESTS_PER_MINUTE;
}

function grant(
  state: RoomState,
  { requestId }: Of<'grantFloor'>,
  by: ParticipantId | 'system',
  { now }: Inputs,
): Decision {
  const found = decidable(state, requestId, by);
  if ('events' in found) return found;
  const target = state.participants[found.participantId];
  if (target?.presence !== 'present') return reject('participantAway');
  const request: FloorRequest = { ...found, status: 'speaking', ...decided(state, by, now), speakingAt: now };
  return accept({ type: 'floorGranted', request }, ...opened(state, found.participantId));
}

/** The chair decides what was forwarded; the operator, on the chair's behalf, also what was not. */
function decidable(state: RoomState, requestId: string, by: ParticipantId | 'system'): FloorRequest | Decision {
  const found = state.requests.find((r) => r.id === requestId);
  const chair = actsAsChair(state, by);
  if (!found || (chair && found.forwardedAt === undefined)) return reject('requestUnknown');
  if (found.status === 'forwarded' || (found.status === 'requested' && !chair)) return found;
  return reject('requestClosed');
}

function decided(state: RoomState, by: ParticipantId | 'system', now: Time) {
  return { decidedAt: now, onBehalfOfChair: !actsAsChair(state, by) };
}

function actsAsChair(state: RoomState, by: ParticipantId | 'system'): boolean {
  return by !== 'system' && state.participants[by]?.role === 'chair';
}

function opened(state: RoomState, participantId: ParticipantId): RoomEvent[] {
  const target = state.participants[participantId];
  if (target?.gate === 'open') return [];
  const events: RoomEvent[] = [{ type: 'microphoneOpened', participantId }];
  // A bridge speaks like others but is not shown as the speaker (REG-19).
  if (state.speaker === null && !target?.bridge) events.push({ type: 'speakerChanged', participantId });
  return events;
}

function close(state: RoomState, participantId: ParticipantId, reason: CloseReason, now: Time): Decision {
  const target: Participant | undefined = state.participants[participantId];
  if (!target) return reject('participantUnknown');
  if (target.gate !== 'open') return reject('notSpeaking');
  return accept(...closedEvents(state, participantId, reason, now), ...silencedEvents(state, participantId));
}

/** The gate shuts, and with it the speech that had opened it ends. */
export function closedEvents(
  state: RoomState,
  participantId: ParticipantId,
  reason: CloseReason,
  now: Time,
): RoomEvent[] {
  if (state.participants[participantId]?.gate !== 'open') return [];
  const events: RoomEvent[] = [{ type: 'microphoneClosed', participantId, reason }];
  const speech = state.requests.find((r) => r.participantId === participantId && r.status === 'speaking');
  if (speech)
    events.push({ type: 'floorFinished', request: { ...speech, status: 'finished', finishedAt: now }, reason });
  return events;
}

export function silencedEvents(state: RoomState, participantId: ParticipantId): RoomEvent[] {
  return state.speaker === participantId ? [{ type: 'speakerChanged', participantId: null }] : [];
}
