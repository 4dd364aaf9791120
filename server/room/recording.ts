import type { Command } from '../protocol/commands.ts';
import { accept, type Rule, reject } from './decision.ts';

type Of<V extends Command['verb']> = Extract<Command, { verb: V }>;

export const recordingRules = {
  startRecording: (state, _command, _by, { id }) =>
    state.recording.status === 'off'
      ? accept({ type: 'recordingRequested', recordingId: id })
      : reject('alreadyRecording'),
  stopRecording: ({ recording }) =>
    recording.status === 'starting' || recording.status === 'running'
      ? accept({ type: 'recordingStopRequested', recordingId: recording.id })
      : reject('notRecording'),
  reportRecording: ({ recording }, { recordingId, status, file, durationMs, bytes, reason }) => {
    if (recording.status === 'off' || recording.id !== recordingId) return reject('recordingUnknown', recordingId);
    if (status === 'failed') {
      return accept({ type: 'recordingFailed', recordingId, reason: reason ?? 'unknown' });
    }
    if (status === 'running') {
      return recording.status === 'starting' ? accept({ type: 'recordingStarted', recordingId }) : accept();
    }
    if (file === undefined) return reject('malformed', 'file');
    const type = status === 'saved' ? ('recordingSaved' as const) : ('recordingPartSaved' as const);
    return accept({ type, recordingId, file, durationMs: durationMs ?? 0, bytes: bytes ?? 0 });
  },
} satisfies { [V in Command['verb']]?: Rule<Of<V>> };
