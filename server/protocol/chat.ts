import { z } from 'zod';
import { nameSchema, timeSchema, writtenTextSchema } from './basics.ts';
import { participantIdSchema } from './ids.ts';

/** A message, no document. */
export const MAX_CHAT_CHARACTERS = 500;
export const chatTextSchema = writtenTextSchema(MAX_CHAT_CHARACTERS);

/** The centre (every operator and the chair), everyone in the room, or one site. */
export const recipientSchema = z.union([z.enum(['centre', 'everyone']), participantIdSchema]);

/** As it was written: who is called otherwise later was called so then. */
export const chatMessageSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  from: participantIdSchema,
  name: nameSchema,
  /** On which side of the conversation it was written. */
  side: z.enum(['centre', 'site']),
  to: recipientSchema,
  text: chatTextSchema,
  at: timeSchema,
});
/** `open`: sites and guests too may write to everyone. Messages are in the order of their writing. */
export const chatSchema = z.strictObject({ open: z.boolean(), messages: z.array(chatMessageSchema) });

export type Recipient = z.infer<typeof recipientSchema>;
export type ChatMessage = z.infer<typeof chatMessageSchema>;
export type Chat = z.infer<typeof chatSchema>;
