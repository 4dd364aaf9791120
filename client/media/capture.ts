/** Why a camera, a microphone or a screen could not be opened. The pages' catalogues have a sentence for each. */
export type CaptureProblem = 'denied' | 'notFound' | 'inUse' | 'insecure' | 'lost' | 'failed';

export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly problem: CaptureProblem;

  constructor(problem: CaptureProblem) {
    super(problem);
    this.problem = problem;
  }
}

// Media Capture and Streams, getUserMedia(): the names of what it rejects with.
const PROBLEMS: Readonly<Record<string, CaptureProblem>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'notFound',
  OverconstrainedError: 'notFound',
  NotReadableError: 'inUse',
  AbortError: 'inUse',
};

export function problemOf(thrown: unknown): CaptureProblem {
  if (thrown instanceof CaptureError) return thrown.problem;
  return (thrown instanceof Error && PROBLEMS[thrown.name]) || 'failed';
}

function mediaDevices(): MediaDevices {
  // Absent outside a secure context (https, or localhost).
  if (!navigator.mediaDevices) throw new CaptureError('insecure');
  return navigator.mediaDevices;
}

/** `ideal`, not `exact`: where the chosen device is gone, another one is better than none. */
function preferring(deviceId: string | null): { deviceId?: ConstrainDOMString } {
  return deviceId === null ? {} : { deviceId: { ideal: deviceId } };
}

function cameraConstraints(deviceId: string | null): MediaTrackConstraints {
  return {
    ...preferring(deviceId),
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 25, max: 30 },
  };
}

function microphoneConstraints(deviceId: string | null): MediaTrackConstraints {
  return {
    ...preferring(deviceId),
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: { ideal: 1 },
  };
}

async function capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
  try {
    return await mediaDevices().getUserMedia(constraints);
  } catch (error) {
    throw new CaptureError(problemOf(error));
  }
}

function first(tracks: MediaStreamTrack[]): MediaStreamTrack {
  const [track] = tracks;
  if (!track) throw new CaptureError('failed');
  return track;
}

/** The caller owns the track and stops it; so it is with every track that is given out here. Throws `CaptureError`. */
export async function openCamera(deviceId: string | null): Promise<MediaStreamTrack> {
  return first((await capture({ video: cameraConstraints(deviceId) })).getVideoTracks());
}

export async function openMicrophone(deviceId: string | null): Promise<MediaStreamTrack> {
  return first((await capture({ audio: microphoneConstraints(deviceId) })).getAudioTracks());
}

/** Both with one question to the person; fails as a whole when either is missing. */
export async function openBoth(
  cameraId: string | null,
  microphoneId: string | null,
): Promise<{ camera: MediaStreamTrack; microphone: MediaStreamTrack }> {
  const stream = await capture({ video: cameraConstraints(cameraId), audio: microphoneConstraints(microphoneId) });
  return { camera: first(stream.getVideoTracks()), microphone: first(stream.getAudioTracks()) };
}

/** A screen, a window or a tab, with its sound where the browser and the person give it. */
export async function openScreen(): Promise<{ screen: MediaStreamTrack; screenAudio: MediaStreamTrack | null }> {
  try {
    const stream = await mediaDevices().getDisplayMedia({
      video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } },
      // Voices would come back as an echo of the meeting; a film's sound must stay as it is.
      audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false },
    });
    const screen = first(stream.getVideoTracks());
    screen.contentHint = 'detail';
    return { screen, screenAudio: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    throw new CaptureError(problemOf(error));
  }
}
