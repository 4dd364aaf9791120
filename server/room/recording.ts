import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import type { Recording, RecordingWarning } from '../protocol/records.ts';
import { accept, type Rule, reject } from './decision.ts';

type Of<V extends Command['verb']> = Extract<Command, { verb: V }>;
type Report = Of<'reportRecording'>;
type Active = Exclude<Recording, { status: 'off' }>;

export const recordingRules = {
  startRecording: (state, { tracks = 'none', content = false }, _by, { id }) =>
    state.recording.status === 'off'
      ? accept({ type: 'recordingRequested', recordingId: id, tracks, content })
      : reject('alreadyRecording'),
  stopRecording: ({ recording }) =>
    recording.status === 'starting' || recording.status === 'running'
      ? accept({ type: 'recordingStopRequested', recordingId: recording.id })
      : reject('notRecording'),
  reportRecording: ({ recording }, report) => {
    if (recording.status === 'off' || recording.id !== report.recordingId) {
      return reject('recordingUnknown', report.recordingId);
    }
    if (report.status === 'warned' && !report.warnings) return reject('malformed', 'warnings');
    const event = reported(recording, report);
    return event ? accept(event) : accept();
  },
} satisfies { [V in Command['verb']]?: Rule<Of<V>> };

function reported(recording: Active, report: Report): RoomEvent | null {
  const { recordingId, status, file, durationMs = 0, bytes = 0, reason = 'unknown' } = report;
  const saved = { recordingId, ...(file === undefined ? {} : { file }), durationMs, bytes };
  switch (status) {
    case 'running':
      return recording.status === 'starting' ? { type: 'recordingStarted', recordingId } : null;
    case 'warned':
      return warned(recording, [...new Set(report.warnings)]);
    case 'partSaved':
      return { type: 'recordingPartSaved', ...saved };
    case 'saved':
      return { type: 'recordingSaved', ...saved };
    case 'failed':
      return { type: 'recordingFailed', recordingId, reason };
  }
}

function warned({ id, warnings: known }: Active, warnings: RecordingWarning[]): RoomEvent | null {
  const isKnown = known.length === warnings.length && known.every(({ warning }) => warnings.includes(warning));
  return isKnown ? null : { type: 'recordingWarned', recordingId: id, warnings };
}
