import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import { type ParticipantId, participantIdOfAddress } from '../protocol/ids.ts';
import type { Call, RoomState, Time } from '../protocol/records.ts';
import { strangerEvents } from './attempts.ts';
import { accept, type Rule, reject } from './decision.ts';
import { isIn } from './state.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends (Command | SystemCommand)['verb']> = Extract<Command | SystemCommand, { verb: V }>;

/** Calls to codecs, which only the centre places (REG-12), and calls from them. */
export const callRules = {
  dial: (state, { address, name }, _by, { now, id }) => {
    const participantId = participantIdOfAddress(address);
    const known = state.participants[participantId];
    if (known?.presence === 'removed') return reject('removed', address);
    if (known?.presence === 'present' || callOf(state, participantId)) return reject('alreadyDialled', address);
    const call: Call = {
      id,
      direction: 'out',
      address,
      name: name ?? known?.name ?? userOf(address),
      participantId,
      status: 'requested',
      startedAt: now,
      changedAt: now,
    };
    return accept({ type: 'callPlaced', call });
  },
  recordCall: (state, { callId, participantId, address, name }, _by, { now }) => {
    const known = state.participants[participantId];
    if (known?.presence === 'removed') return reject('removed', address);
    const call: Call = {
      id: callId,
      direction: 'in',
      address,
      name: known?.name ?? name,
      participantId,
      status: 'trying',
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
  reportCall: (state, { callId, status, cause, sipStatus }, _by, { now }) => {
    const call = state.calls[callId];
    if (!call) return reject('callUnknown');
    if (!isActive(call) || call.status === status) return accept();
    const changed: Call = { ...call, status, changedAt: now };
    if (cause) changed.cause = cause;
    if (sipStatus) changed.sipStatus = sipStatus;
    return accept({ type: 'callChanged', call: changed });
  },
  recordRefusedCall: (state, { address, target }, _by, { now }) => {
    const by = participantIdOfAddress(address);
    const attempt = { by, name: address.slice(0, 120), verb: 'call', detail: target.slice(0, 256), at: now };
    return accept(...strangerEvents(state, attempt));
  },
} satisfies { [V in (Command | SystemCommand)['verb']]?: Rule<Of<V>> };

/** Not over yet. */
export function isActive(call: Call): boolean {
  return call.status !== 'failed' && call.status !== 'ended';
}

/** What ends with a participant who must not come back: nobody calls him again. */
export function endedCalls(state: RoomState, participantId: ParticipantId, now: Time): RoomEvent[] {
  const active = Object.values(state.calls).filter((c) => c.participantId === participantId && isActive(c));
  return active.map((call) => ended(call, now));
}

function ended(call: Call, now: Time): RoomEvent {
  const cause = call.status === 'answered' ? 'hungUp' : 'cancelled';
  return { type: 'callChanged', call: { ...call, status: 'ended', cause, changedAt: now } };
}

function callOf(state: RoomState, participantId: string): Call | undefined {
  return Object.values(state.calls).find(
    (c) =>
      c.participantId === participantId &&
      isActive(c) &&
      (c.status !== 'answered' || isIn(state.participants[participantId])),
  );
}

function userOf(address: string): string {
  const bare = address.trim().replace(/^sips?:/i, '');
  return (/^([^@;]+)@/.exec(bare)?.[1] ?? bare).slice(0, 120);
}
