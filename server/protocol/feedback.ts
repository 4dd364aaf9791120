import { z } from 'zod';
import { participantIdSchema, siteIdSchema } from './ids.ts';
import { roleSchema, timeSchema } from './records.ts';

/** 1 is bad, 5 is good. */
const ratingSchema = z.number().int().min(1).max(5);
export const FEEDBACK_TOPICS = ['sound', 'picture', 'conduct'] as const;

/** What somebody who was in a meeting thinks of it, and would have better (REG-16). */
export const opinionSchema = z.strictObject({
  ratings: z.strictObject({ sound: ratingSchema, picture: ratingSchema, conduct: ratingSchema }),
  note: z.string().trim().max(1_000).default(''),
});
/** The ticket by which he was in says who he is; whoever says it again has changed his mind. */
export const giveFeedbackSchema = opinionSchema.extend({ ticket: z.string().min(1).max(4096) });
export const feedbackSchema = z.object({
  participantId: participantIdSchema,
  role: roleSchema,
  name: z.string(),
  siteId: siteIdSchema.optional(),
  at: timeSchema,
  ...opinionSchema.shape,
});

export type FeedbackTopic = (typeof FEEDBACK_TOPICS)[number];
export type Opinion = z.infer<typeof opinionSchema>;
export type Feedback = z.infer<typeof feedbackSchema>;
