import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import { waitingCalls } from './calls.ts';
import { accept, type Rule, reject } from './decision.ts';
import { endIncidents } from './incidents.ts';
import { leaving } from './leaving.ts';
import { isAttendee, isIn } from './state.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends (Command | SystemCommand)['verb']> = Extract<Command | SystemCommand, { verb: V }>;

/** The meeting as a whole: opened, recovered, ended. */
export const meetingRules = {
  open: (state, { roomId, title }) =>
    state.seq === 0 ? accept({ type: 'meetingOpened', roomId, title }) : reject('roomExists', roomId),
  recover: () => accept({ type: 'serverRestarted' }),
  endMeeting: (state, _command, _by, { now }) => {
    const events: RoomEvent[] = [];
    const { recording } = state;
    if (recording.status === 'starting' || recording.status === 'running') {
      events.push({ type: 'recordingStopRequested', recordingId: recording.id });
    }
    // The engine's own participants stay until they have put away what they hold.
    const attendees = Object.values(state.participants).filter((p) => isAttendee(p) && isIn(p));
    events.push({ type: 'meetingEnded' });
    events.push(...endIncidents(state, now));
    const left = attendees.flatMap((p) => leaving(state, p.id, 'meetingEnded', now));
    return accept(...events, ...waitingCalls(state, now), ...left);
  },
  reportEffectFailure: (_state, { effect, reason }) =>
    accept({ type: 'effectFailed', effect: effect.slice(0, 64), reason: reason.slice(0, 200) }),
} satisfies { [V in (Command | SystemCommand)['verb']]?: Rule<Of<V>> };
