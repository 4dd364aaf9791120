import { z } from 'zod';
import { boundPort, type JobContract, type JobEvent, nothing, rtpInput } from './protocol.ts';

/**
 * Job `recorder`: program picture and room sound into one MP4 file. `start` comes first; `receiveVideo` and
 * `receiveAudio` follow when the room announces the streams, and come again when a new server announces new ones: the
 * file goes on, the gap stays in it as the clock had it. The H.264 is copied, the sound becomes AAC-LC.
 */
export const recorderContract = {
  job: 'recorder',
  commands: {
    /** Absolute path; the folder is there. The file is playable up to the last fragment from then on. */
    start: { params: z.object({ file: z.string().min(1) }), result: nothing },
    receiveVideo: { params: rtpInput, result: boundPort },
    receiveAudio: { params: rtpInput, result: boundPort },
    /** Finishes the file: indexed, playable and seekable. With nothing received both figures are 0. */
    stop: { params: nothing, result: z.object({ durationMs: z.int(), bytes: z.int() }) },
  },
  event: z.discriminatedUnion('event', [
    /** The first key frame is written; `atMs` is the time of day, in ms since 1970, at which the file begins. */
    z.object({ event: z.literal('started'), atMs: z.int() }),
    /** Every second from then on. */
    z.object({ event: z.literal('progress'), durationMs: z.int(), bytes: z.int() }),
    /** The file cannot go on; what is on disk plays. */
    z.object({ event: z.literal('error'), code: z.string(), message: z.string() }),
  ]),
} as const satisfies JobContract;
export type RecorderContract = typeof recorderContract;
export type RecorderEvent = JobEvent<RecorderContract>;
