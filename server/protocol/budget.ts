import { z } from 'zod';
import { bookingIdSchema } from './bookings.ts';
import { siteIdSchema } from './ids.ts';
import { layoutSchema } from './layouts.ts';

/**
 * What a meeting needs on each site's line, before it begins. Rates in kbit/s; `up` is from the site to the centre.
 *
 *   POST /api/budget              Plan → Budget
 *   GET  /api/budget/bookings?from=&to= → { bookings: ShortLines[] } of the booked meetings that are still to be or are on
 */
export const planSchema = z.strictObject({
  siteIds: z.array(siteIdSchema).max(400),
  layout: layoutSchema,
  /** Something is presented beside. */
  presents: z.boolean().default(false),
});

const kbps = z.number().nonnegative();
/** Lines of a picture, of the whole, the half and the quarter of 720; null: none. */
const linesSchema = z.number().int().positive().nullable();
const halfSchema = z.object({
  needKbps: kbps,
  /** As the directory has it; absent: nobody knows. */
  capacityKbps: kbps.optional(),
  bears: z.boolean(),
  /** What it takes with what it gets instead. */
  givenKbps: kbps,
});
/**
 * What a site gets instead of what is wanted. `speaker`: of the main picture; `content`: of what is presented; `others`: how
 * many of the small pictures.
 */
export const givenSchema = z.object({
  wantedSpeaker: linesSchema,
  speaker: linesSchema,
  wantedContent: z.boolean(),
  content: z.boolean(),
  wantedOthers: z.number().int().nonnegative(),
  others: z.number().int().nonnegative(),
});
/**
 * What to do: nothing; nothing but to know that it goes on with less, or to have the line widened; a telephone, because not
 * even sound and the smallest picture fit.
 */
export const remedySchema = z.enum(['none', 'less', 'telephone']);
export const siteBudgetSchema = z.object({
  siteId: siteIdSchema,
  name: z.string(),
  way: z.enum(['browser', 'codec']),
  down: halfSchema,
  up: halfSchema,
  /** Absent of a codec: it has one composed picture. */
  given: givenSchema.optional(),
  /** Lines of the picture that others get of this site. */
  sends: linesSchema,
  /** Of the composed picture that a codec gets; absent of a browser. */
  composed: z
    .object({
      wantedHeight: z.number().int(),
      height: z.number().int(),
      /** Of the second one, where what is presented has its own. */
      contentHeight: z.number().int().optional(),
    })
    .optional(),
  remedy: remedySchema,
});
/** Those that cannot bear it first, the shortest of them first. */
export const budgetSchema = z.object({ sites: z.array(siteBudgetSchema) });

/** Of a booked meeting, in the layout in which it opens: how many sites have too narrow a line, and how many not even for sound. */
export const shortLinesSchema = z.object({
  bookingId: bookingIdSchema,
  short: z.number().int().nonnegative(),
  telephone: z.number().int().nonnegative(),
});
export const bookedBudgetsSchema = z.object({ bookings: z.array(shortLinesSchema) });

export type ShortLines = z.infer<typeof shortLinesSchema>;
export type Plan = z.infer<typeof planSchema>;
export type BudgetHalf = z.infer<typeof halfSchema>;
export type Given = z.infer<typeof givenSchema>;
export type Remedy = z.infer<typeof remedySchema>;
export type SiteBudget = z.infer<typeof siteBudgetSchema>;
export type Budget = z.infer<typeof budgetSchema>;
