import { z } from 'zod';

const milliseconds = z.number().int().nonnegative();
const pixels = z.number().int().positive();

/** One picture of the strip's, `n` from 0; `GET …/strip/:n.jpg`. */
export const stripFileSchema = z.string().regex(/^strip-\d{1,3}\.jpg$/);
const stretchSchema = z.object({ fromMs: milliseconds, toMs: milliseconds });
/**
 * `inspection.json`, made after the stop and beside the parts, with the files that it names: written last, so that it
 * is there when all are. By media time (`mediaAt`) of the program: gaps have neither pictures nor sound. Of an encrypted
 * recording all of them are sealed (`server/recordings/cipher.ts`).
 */
export const inspectionSchema = z.object({
  v: z.literal(1),
  durationMs: milliseconds,
  /**
   * Thumbnail i shows the program at i × `everyMs`. It is in `files[floor(i / (columns × rows))]`, where they lie row by
   * row, `columns` in each, every one of `width` × `height` px. Every file is as wide as `columns`; the last may have
   * fewer rows, and is black behind the last thumbnail. Null where no picture could be read.
   */
  strip: z
    .object({
      everyMs: z.number().int().positive(),
      count: z.number().int().positive(),
      width: pixels,
      height: pixels,
      columns: z.number().int().positive(),
      rows: z.number().int().positive(),
      files: z.array(stripFileSchema).min(1),
    })
    .nullable(),
  /** `peaks`: base64, one byte for each `bucketMs`: the largest sample's amount, 0 (silence) to 255 (full scale), linear. */
  waveform: z.object({ bucketMs: z.number().int().positive(), peaks: z.base64() }),
  /** EBU R 128 (ITU-R BS.1770-4, EBU Tech 3342). Null where it is silent or too short. */
  loudness: z.object({
    integratedLufs: z.number().nullable(),
    rangeLu: z.number().nullable(),
    /** Of the samples, no more than 0. */
    peakDbfs: z.number().nullable(),
  }),
  /** In their order: where for two seconds or longer nobody speaks. */
  silences: z.array(stretchSchema),
});

export type Inspection = z.infer<typeof inspectionSchema>;
