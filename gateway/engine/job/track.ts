import type { JobCommands } from '../protocol.ts';
import type { TrackContract, TrackEvent } from '../track-protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { TrackRecording } from './recordings/track-recording.ts';

/** The tracks of one recording, see `track-protocol.ts`. */
export function start(emit: Emit<TrackEvent>): RunningJob {
  const tracks = new Map<string, TrackRecording>();
  const trackOf = (stream: string) => {
    const track = tracks.get(stream);
    if (track === undefined) throw new JobFailure('unknownTrack', stream);
    return track;
  };
  const commands: JobCommands<TrackContract> = {
    openTrack(about) {
      if (tracks.has(about.stream)) throw new JobFailure('alreadyThere', about.stream);
      tracks.set(about.stream, new TrackRecording(about, emit));
      return {};
    },
    receive: ({ stream, medium, rtp }) => ({ rtpPort: trackOf(stream).receive(medium, rtp) }),
    forget({ stream, medium }) {
      trackOf(stream).forget(medium);
      return {};
    },
    async closeTrack({ stream }) {
      const track = trackOf(stream);
      tracks.delete(stream);
      await track.close();
      return {};
    },
  };
  return {
    commands,
    // The others must not wait for a disk that is slow.
    unhurried: ['closeTrack'],
    close: async () => {
      await Promise.all([...tracks.values()].map((track) => track.close()));
    },
  };
}
