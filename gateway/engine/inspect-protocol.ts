import { z } from 'zod';
import { type JobContract, nothing } from './protocol.ts';

const milliseconds = z.int().nonnegative();
const pixels = z.int().positive();

/** Thumbnail i is of `everyMs` × i, of `width` × `height`; sheets hold `columns` × `rows` of them, row by row. */
const stripPlan = z.object({
  everyMs: z.int().positive(),
  count: z.int().positive(),
  width: pixels,
  height: pixels,
  columns: z.int().positive(),
  rows: z.int().positive(),
});
export type StripPlan = z.infer<typeof stripPlan>;

/** Loudness by EBU R 128; null where it is silent or too short. See `server/protocol/inspection.ts`. */
const soundFound = z.object({
  bucketMs: z.int().positive(),
  /** One byte for each bucket, base64. */
  peaks: z.base64(),
  integratedLufs: z.number().nullable(),
  rangeLu: z.number().nullable(),
  peakDbfs: z.number().nullable(),
  silences: z.array(z.object({ fromMs: milliseconds, toMs: milliseconds })),
});
export type SoundFound = z.infer<typeof soundFound>;

/**
 * Job `inspect`: looks through one recording's program, part by part, as fast as it may: key frames become thumbnails,
 * the sound is measured. `begin` comes first, then `readPart` for each part in its order, then `finish`, then `sheet` for each
 * sheet. Nothing of it is in a hurry.
 */
export const inspectContract = {
  job: 'inspect',
  commands: {
    begin: { params: z.object({ durationMs: z.int().positive(), strip: stripPlan }), result: nothing },
    /**
     * Connects to the Unix socket and reads an MP4 to its end; answers when it has been looked through, with what was wrong
     * with it. `atMs`: where the part's media time 0 is in the program's.
     */
    readPart: {
      params: z.object({ socket: z.string().min(1), atMs: milliseconds, hasVideo: z.boolean(), hasAudio: z.boolean() }),
      result: z.object({ problem: z.string().nullable() }),
    },
    /** `sheets`: how many there are; none where there was no picture. */
    finish: { params: nothing, result: z.object({ sheets: z.int().nonnegative(), sound: soundFound }) },
    sheet: { params: z.object({ index: z.int().nonnegative() }), result: z.object({ jpeg: z.base64() }) },
  },
  event: z.never(),
} as const satisfies JobContract;
export type InspectContract = typeof inspectContract;
