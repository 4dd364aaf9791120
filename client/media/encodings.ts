import type { types } from 'mediasoup-client';
import type { LocalSource } from './sources.ts';

type Encodings = types.RtpEncodingParameters[];
export type Sending = Pick<types.ProducerOptions, 'encodings' | 'codecOptions'>;

// 180, 360 and 720 lines of a 720p camera: a thumbnail, a tile of 3×3 or 2×2, the whole picture.
const THREE_LAYERS: Encodings = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
const TWO_LAYERS: Encodings = [
  { scaleResolutionDownBy: 2, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 600_000 },
];

/** Simulcast of a camera whose picture has this many lines: a small picture is not worth three layers. */
export function cameraEncodings(lines: number): Encodings {
  return (lines >= 480 ? THREE_LAYERS : TWO_LAYERS).map((layer) => ({ ...layer }));
}

/** How each source is encoded. The codec is the first of the router's that this browser can send. */
export function sendingOf(source: LocalSource, track: MediaStreamTrack): Sending {
  switch (source) {
    case 'camera':
      return {
        encodings: cameraEncodings(track.getSettings().height ?? 720),
        codecOptions: { videoGoogleStartBitrate: 800 },
      };
    case 'screen':
      // Text must be sharp before it is smooth.
      return { encodings: [{ maxBitrate: 2_500_000, maxFramerate: 15 }] };
    case 'microphone':
      return {
        encodings: [{ networkPriority: 'high' }],
        codecOptions: { opusDtx: true, opusFec: true, opusMaxPlaybackRate: 48_000 },
      };
    case 'screenAudio':
      // A film's sound: stereo, and no pauses cut out of music.
      return {
        codecOptions: {
          opusStereo: true,
          opusDtx: false,
          opusFec: true,
          opusNack: true,
          opusMaxAverageBitrate: 96_000,
        },
      };
  }
}
