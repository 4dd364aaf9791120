import { z } from 'zod';
import { participantIdSchema } from './ids.ts';

export const layoutNameSchema = z.enum([
  '1',
  'side-by-side',
  'pip',
  '2x2',
  '1+5',
  '1+7',
  '3x3',
  '4x4',
  '5x5',
  'content+speaker',
  'content+speakers',
  /** By the number of those who are shown, and whether something is presented. */
  'auto',
  /** Its own `tiles`. */
  'custom',
]);

/** Where the picture's shape is another than the tile's: it fills the tile, or is wholly seen. */
export const fitSchema = z.enum(['cover', 'contain']);
const fit = { fit: fitSchema.optional() };

/** Where the one whom a slot names is not there, it shows the next in turn. */
export const slotSchema = z.discriminatedUnion('show', [
  z.strictObject({ show: z.literal('participant'), participantId: participantIdSchema, ...fit }),
  z.strictObject({ show: z.literal('speaker'), ...fit }),
  /** The chair, wherever he sits. */
  z.strictObject({ show: z.literal('chair'), ...fit }),
  z.strictObject({ show: z.literal('content'), ...fit }),
  /** The next participant with a picture that no other slot shows. */
  z.strictObject({ show: z.literal('auto'), ...fit }),
  z.strictObject({ show: z.literal('empty'), ...fit }),
]);

const SMALLEST_SIDE = 1 / 20;
/** Of sums of fractions that were divided and written down. */
const ROUNDING = 1e-6;
const offset = z.number().min(0).max(1);
const side = z.number().min(SMALLEST_SIDE).max(1);
/** Fractions of the picture, from its top left corner. */
export const rectangleSchema = z
  .strictObject({ x: offset, y: offset, w: side, h: side })
  .refine(({ x, w }) => x + w <= 1 + ROUNDING, { path: ['w'] })
  .refine(({ y, h }) => y + h <= 1 + ROUNDING, { path: ['h'] });

export const MAX_SLOTS = 25;
/**
 * `auto` has no slots. Only `custom` has `tiles`, one for each slot, drawn in their order: a later one lies over an
 * earlier. Whether slots and tiles suit the name is `faultOf` in `server/room/geometry.ts`.
 */
export const layoutSchema = z.strictObject({
  name: layoutNameSchema,
  slots: z.array(slotSchema).max(MAX_SLOTS),
  tiles: z.array(rectangleSchema).max(MAX_SLOTS).optional(),
});
/** `version` rises by each edit: who takes a preview names the one he saw. */
export const previewSchema = z.strictObject({ version: z.number().int().nonnegative(), layout: layoutSchema });

/** Who may have a picture other than the program: every codec together, or one participant by its id. */
export const ownAudienceSchema = z.union([z.literal('codecs'), participantIdSchema]);
export const audienceSchema = z.union([z.literal('everyone'), ownAudienceSchema]);

/** Text that is drawn into pictures: one line, '' where there is none. */
export const drawnTextSchema = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u);
/** What is written over every picture. */
export const overlaySchema = z.strictObject({ banner: drawnTextSchema, clock: z.boolean(), names: z.boolean() });

/** A size and frame rate in which a composed picture is sent: lines and frames a second. */
export const tierSchema = z.string().regex(/^\d{3,4}p\d{1,2}$/);

export type LayoutName = z.infer<typeof layoutNameSchema>;
export type Fit = z.infer<typeof fitSchema>;
export type Slot = z.infer<typeof slotSchema>;
export type Rectangle = z.infer<typeof rectangleSchema>;
export type Layout = z.infer<typeof layoutSchema>;
export type OwnAudience = z.infer<typeof ownAudienceSchema>;
export type Audience = z.infer<typeof audienceSchema>;
export type Overlay = z.infer<typeof overlaySchema>;
export type Tier = z.infer<typeof tierSchema>;
