import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import { type CallId, type ParticipantId, participantIdOfAddress, participantIdOfSite } from '../protocol/ids.ts';
import type { Call, Participant, RoomState, Time } from '../protocol/records.ts';
import { attemptEvents, strangerEvents } from './attempts.ts';
import { accept, type Decision, type Inputs, type Rule, reject } from './decision.ts';
import { leaving } from './leaving.ts';
import { entryRefusal, siteAt } from './sites.ts';
import { isIn } from './state.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends (Command | SystemCommand)['verb']> = Extract<Command | SystemCommand, { verb: V }>;

/** Calls to codecs, which only the centre places (REG-12), and calls from them. */
export const callRules = {
  dial: (state, { address, name, fallback }, _by, inputs) => {
    // Who dials a site's address means the site.
    const site = siteAt(state, address);
    if (site) return placeTo(state, site.siteId, inputs);
    const participantId = participantIdOfAddress(address);
    const known = state.participants[participantId];
    if (known?.presence === 'removed') return reject('removed', address);
    if (isReached(state, participantId)) return reject('alreadyDialled', address);
    const called = { address, ...(fallback ? { fallback } : {}), redial: false };
    return placed(state, { ...called, participantId, name: name ?? known?.name ?? userOf(address) }, inputs);
  },
  dialSite: (state, { siteId }, _by, inputs) => placeTo(state, siteId, inputs),
  dialAbsent: (state, _command, _by, { now, id }) => {
    const places = Object.keys(state.sites).map((siteId) => placeTo(state, siteId, { now, id: `${id}-${siteId}` }));
    return accept(...places.flatMap((place) => place.events));
  },
  redial: (state, { callId }, _by, { now }) => {
    const call = state.calls[callId];
    if (call?.status !== 'waiting') return reject('callUnknown');
    return accept({ type: 'callChanged', call: { ...call, retryAt: now, changedAt: now } });
  },
  recordCall: (state, { callId, participantId, address, name, siteId }, _by, { now }) => {
    const known = state.participants[participantId];
    const refusal = siteId === undefined ? undefined : entryRefusal(state, siteId);
    if (refusal) return reject(refusal, siteId);
    if (known?.presence === 'removed') return reject('removed', address);
    const call: Call = {
      id: callId,
      direction: 'in',
      address,
      ...(siteId === undefined ? {} : { siteId }),
      name: known?.name ?? name,
      participantId,
      status: 'trying',
      attempt: 1,
      redial: false,
      startedAt: now,
      changedAt: now,
    };
    return accept({ type: 'callPlaced', call });
  },
  hangUp: (state, { callId }, _by, { now }) => {
    const call = state.calls[callId];
    if (!call || !isActive(call)) return reject('callUnknown');
    return accept(ended(call, now));
  },
  reportCall,
  recordRefusedCall: (state, { address, target, kind = 'call', site }, _by, { now }) => {
    const attempt = { verb: kind, detail: target.slice(0, 256), at: now };
    if (site) {
      return accept(...attemptEvents(state, { ...attempt, by: participantIdOfSite(site.siteId), name: site.name }));
    }
    const by = participantIdOfAddress(address);
    return accept(...strangerEvents(state, { ...attempt, by, name: address.slice(0, 120) }));
  },
} satisfies { [V in (Command | SystemCommand)['verb']]?: Rule<Of<V>> };

/** Not over yet: it is being placed, waits for its next attempt, or is answered. */
export function isActive(call: Call): boolean {
  return call.status !== 'failed' && call.status !== 'ended';
}

/** Whether the call by which this participant came is over. */
export function isCallOver({ calls }: RoomState, { callId }: Participant): boolean {
  const call = callId === undefined ? undefined : calls[callId];
  return call !== undefined && !isActive(call);
}

/** The latest call of this participant that is not over. */
export function callUnderWay({ calls }: RoomState, participantId: ParticipantId): Call | undefined {
  return Object.values(calls).findLast((call) => call.participantId === participantId && isActive(call));
}

/** What ends with a participant who must not come back: nobody calls him again. */
export function endedCalls(state: RoomState, participantId: ParticipantId, now: Time): RoomEvent[] {
  return endAll(state, now, (c) => c.participantId === participantId);
}

/** Who has come by one call is not called by another. */
export function supersededCalls(state: RoomState, id: ParticipantId, by: CallId | undefined, now: Time): RoomEvent[] {
  const isOther = (c: Call) => c.participantId === id && c.id !== by && c.direction === 'out';
  return endAll(state, now, (c) => isOther(c) && c.status !== 'answered');
}

/** Calls that nobody will try again. */
export function waitingCalls(state: RoomState, now: Time): RoomEvent[] {
  return endAll(state, now, (c) => c.status === 'waiting');
}

/** The site by its address, else where its account is registered, else by its fallback; until it answers. */
function placeTo(state: RoomState, siteId: string, inputs: Inputs): Decision {
  const site = state.sites[siteId];
  const refusal = entryRefusal(state, siteId);
  if (!site || refusal) return reject(refusal ?? 'notInvited', siteId);
  const participantId = participantIdOfSite(siteId);
  if (isReached(state, participantId)) return reject('alreadyDialled', site.name);
  const { account, fallback } = site;
  const registered = site.address === undefined && account !== undefined;
  const address = site.address ?? (registered ? `sip:${account}` : fallback);
  if (address === undefined) return reject('siteUnreachable', site.name);
  const ways = { ...(registered ? { account } : {}), ...(fallback && fallback !== address ? { fallback } : {}) };
  const name = state.participants[participantId]?.name ?? site.name;
  return placed(state, { address, ...ways, siteId, participantId, name, redial: true }, inputs);
}

type Called = Pick<Call, 'address' | 'account' | 'fallback' | 'siteId' | 'participantId' | 'name' | 'redial'>;

/** An answered call whose participant has gone is over: what stands of it must not come back beside the new one. */
function placed(state: RoomState, called: Called, { now, id }: Inputs): Decision {
  const call: Call = {
    ...called,
    id,
    direction: 'out',
    status: 'requested',
    attempt: 1,
    startedAt: now,
    changedAt: now,
  };
  return accept(...endedCalls(state, called.participantId, now), { type: 'callPlaced', call });
}

const REPORTED = ['status', 'address', 'attempt', 'retryAt', 'cause', 'causeText', 'sipStatus'] as const;

/** What was said of an earlier attempt no longer holds, unless it is said again. */
function reportCall(state: RoomState, command: Of<'reportCall'>, _by: string, { now }: Inputs): Decision {
  const { verb: _verb, callId, ...report } = command;
  const call = state.calls[callId];
  if (!call) return reject('callUnknown');
  if (!isActive(call)) return accept();
  // Nobody is called into a meeting that is over.
  const status = state.status === 'ended' && report.status === 'waiting' ? 'failed' : report.status;
  const { address = call.address, attempt = call.attempt } = report;
  const changed: Call = { ...lastingOf(call), ...report, status, address, attempt, changedAt: now };
  if (status !== 'waiting') delete changed.retryAt;
  const isSame = REPORTED.every((field) => call[field] === changed[field]);
  if (isSame) return accept();
  // Whoever has lost his connection and then hangs up does not come back.
  const { participantId } = call;
  const known = state.participants[participantId];
  const isGone = !isActive(changed) && known?.presence === 'away' && known.callId === callId;
  const gone = isGone ? leaving(state, participantId, 'hungUp', now) : [];
  return accept({ type: 'callChanged', call: changed }, ...gone);
}

function lastingOf({ retryAt: _, cause: _cause, causeText: _text, sipStatus: _status, ...lasting }: Call): Call {
  return lasting;
}

function endAll({ calls }: RoomState, now: Time, which: (call: Call) => boolean): RoomEvent[] {
  const ending = Object.values(calls).filter((call) => isActive(call) && which(call));
  return ending.map((call) => ended(call, now));
}

function ended(call: Call, now: Time): RoomEvent {
  const cause = call.status === 'answered' ? 'hungUp' : 'cancelled';
  return { type: 'callChanged', call: { ...lastingOf(call), status: 'ended', cause, changedAt: now } };
}

/** Here, or on its way by a call. */
function isReached(state: RoomState, participantId: ParticipantId): boolean {
  const known = state.participants[participantId];
  const isUnderWay = (c: Call) => isActive(c) && (c.status !== 'answered' || isIn(known));
  return (
    known?.presence === 'present' ||
    Object.values(state.calls).some((c) => c.participantId === participantId && isUnderWay(c))
  );
}

function userOf(address: string): string {
  const bare = address.trim().replace(/^sips?:/i, '');
  return (/^([^@;]+)@/.exec(bare)?.[1] ?? bare).slice(0, 120);
}
