import { z } from 'zod';
import { boundPort, type JobContract, type JobEvent, nothing, rtpInput } from './protocol.ts';

/**
 * What a job says first on each connection to a writer's socket: a line of JSON. A connection is one part: a
 * container's bytes from their beginning to their end. `part` counts a job's connections from 1.
 */
export const partPreface = z.object({
  stream: z.string().min(1),
  part: z.int().positive(),
  container: z.enum(['mp4', 'webm']),
});
export type PartPreface = z.infer<typeof partPreface>;

/**
 * Said of a part when its first picture and sound are on their way: the time of day at its media time 0, in ms since
 * 1970, and when its picture and its sound begin, in µs of media time. (The muxer lets both begin at 0.)
 */
export const partBegun = z.object({
  event: z.literal('partBegun'),
  ...partPreface.shape,
  atMs: z.int(),
  videoUs: z.int().nonnegative(),
  audioUs: z.int().nonnegative(),
});

/**
 * Job `recorder`: program picture and room sound, as fragmented MP4 into a writer's socket. `start` comes first;
 * `receiveVideo` and `receiveAudio` follow when the room announces the streams, and come again when a new server
 * announces new ones: the part goes on, and while nothing came it holds a slide and silence, as the clock had it. The
 * H.264 is copied, the sound becomes AAC-LC.
 */
export const recorderContract = {
  job: 'recorder',
  commands: {
    /** Absolute path of a Unix socket that listens. */
    start: { params: z.object({ socket: z.string().min(1) }), result: nothing },
    receiveVideo: { params: rtpInput, result: boundPort },
    receiveAudio: { params: rtpInput, result: boundPort },
    /** Everything is on its way to the socket, which is closed. */
    stop: { params: nothing, result: nothing },
  },
  event: z.discriminatedUnion('event', [
    partBegun,
    /** Every second from then on: for how long there has been no sound, and no picture but a black one or the slide. */
    z.object({ event: z.literal('watch'), silentMs: z.int(), blackMs: z.int() }),
    /** The part cannot go on; what is on disk plays. */
    z.object({ event: z.literal('error'), code: z.string(), message: z.string() }),
  ]),
} as const satisfies JobContract;
export type RecorderContract = typeof recorderContract;
export type RecorderEvent = JobEvent<RecorderContract>;
