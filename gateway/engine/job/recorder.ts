import type { JobCommands } from '../protocol.ts';
import type { RecorderContract, RecorderEvent } from '../recorder-protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { Recording } from './recordings/recorder-recording.ts';

/** One program recording, see `recorder-protocol.ts`. */
export function start(emit: Emit<RecorderEvent>): RunningJob {
  let recording: Recording | undefined;
  const started = () => {
    if (recording === undefined) throw new JobFailure('notStarted', 'start comes first');
    return recording;
  };
  const commands: JobCommands<RecorderContract> = {
    start({ socket }) {
      if (recording !== undefined) throw new JobFailure('alreadyStarted', 'one process makes one recording');
      recording = new Recording(socket, emit);
      return {};
    },
    receiveVideo: (input) => ({ rtpPort: started().receiveVideo(input) }),
    receiveAudio: (input) => ({ rtpPort: started().receiveAudio(input) }),
    async stop() {
      await started().stop();
      return {};
    },
  };
  return { commands, close: () => recording?.close() };
}
