import { z } from 'zod';
import { boundPort, type JobContract, type JobEvent, nothing, rtpInput } from './protocol.ts';
import { partBegun, partPreface } from './recorder-protocol.ts';

const track = { stream: z.string().min(1) };
const medium = z.enum(['video', 'audio']);

/**
 * Job `track`: any number of participants' own pictures and sounds, copied as they are into parts of WebM (VP8, Opus)
 * or fragmented MP4 (H.264, Opus). A part holds the media that flow when it begins; when one comes or stops for a while,
 * the next part begins. Refusals: `alreadyThere`, `unknownTrack`, `portUnavailable`.
 */
export const trackContract = {
  job: 'track',
  commands: {
    /** @param container of parts without a picture */
    openTrack: {
      params: z.object({ ...track, socket: z.string().min(1), container: partPreface.shape.container }),
      result: nothing,
    },
    /** A second one of the same medium takes the first one's place. */
    receive: { params: z.object({ ...track, medium, rtp: rtpInput }), result: boundPort },
    forget: { params: z.object({ ...track, medium }), result: nothing },
    /** Everything is on its way to the socket, which is closed. */
    closeTrack: { params: z.object(track), result: nothing },
  },
  event: z.discriminatedUnion('event', [
    partBegun,
    /** The track's part cannot go on; what is on disk plays, and the next part begins. */
    z.object({ event: z.literal('error'), ...track, message: z.string() }),
  ]),
} as const satisfies JobContract;
export type TrackContract = typeof trackContract;
export type TrackEvent = JobEvent<TrackContract>;
