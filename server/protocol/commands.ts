import { z } from 'zod';
import { callIdSchema, participantIdSchema, recordingIdSchema, requestIdSchema } from './ids.ts';
import { callCauseSchema, layoutSchema, nameSchema } from './records.ts';

const target = { participantId: participantIdSchema };
const request = { requestId: requestIdSchema };

/** `sip:user@host`, `user@host`, `sip:host`, with port and `;transport=udp|tcp` where wanted (RFC 3261 19.1). */
export const sipAddressSchema = z
  .string()
  .trim()
  .max(200)
  .regex(/^(?:sip:)?(?:[\w.!~*'()+%-]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:;transport=(?:udp|tcp))?$/i);

/** Everything that someone may want of a room. Who may want what is `server/room/policy.ts`. */
export const commandSchema = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('leave') }),
  /** One's own microphone switched off or on; the gate is another thing. */
  z.strictObject({ verb: z.literal('muteSelf'), muted: z.boolean() }),

  // The floor (REG-9, REG-10)
  z.strictObject({ verb: z.literal('requestFloor') }),
  z.strictObject({ verb: z.literal('withdrawRequest') }),
  /** The speaker gives the floor back. */
  z.strictObject({ verb: z.literal('finishSpeaking') }),
  /** The operator enters a request for a site that phoned. */
  z.strictObject({ verb: z.literal('enterRequest'), ...target }),
  z.strictObject({ verb: z.literal('forwardRequest'), ...request }),
  z.strictObject({ verb: z.literal('grantFloor'), ...request }),
  z.strictObject({ verb: z.literal('declineRequest'), ...request }),
  z.strictObject({ verb: z.literal('revokeFloor'), ...target }),
  z.strictObject({ verb: z.literal('openMicrophone'), ...target }),
  z.strictObject({ verb: z.literal('closeMicrophone'), ...target }),
  /** Every microphone but the chair's. */
  z.strictObject({ verb: z.literal('closeAllMicrophones') }),

  // The picture (REG-7)
  z.strictObject({ verb: z.literal('editPreview'), layout: layoutSchema }),
  /** Preview becomes program. `version` is the preview the operator saw; another one is refused. */
  z.strictObject({ verb: z.literal('take'), version: z.number().int().nonnegative() }),

  // The roster
  z.strictObject({ verb: z.literal('removeParticipant'), ...target }),
  z.strictObject({ verb: z.literal('readmitParticipant'), ...target }),
  z.strictObject({ verb: z.literal('renameParticipant'), ...target, name: nameSchema }),

  // Calls (REG-12): only the centre dials
  z.strictObject({ verb: z.literal('dial'), address: sipAddressSchema, name: nameSchema.optional() }),
  /** Cancels a ringing call or ends an answered one. */
  z.strictObject({ verb: z.literal('hangUp'), callId: callIdSchema }),

  z.strictObject({ verb: z.literal('startRecording') }),
  z.strictObject({ verb: z.literal('stopRecording') }),
  z.strictObject({ verb: z.literal('endMeeting') }),

  // What the gateway tells the room
  z.strictObject({
    verb: z.literal('reportCall'),
    callId: callIdSchema,
    status: z.enum(['trying', 'ringing', 'answered', 'failed', 'ended']),
    cause: callCauseSchema.optional(),
    sipStatus: z.number().int().min(100).max(699).optional(),
  }),
  z.strictObject({
    verb: z.literal('reportRecording'),
    recordingId: recordingIdSchema,
    /** `partSaved`: the recorder died and goes on in another file; what it had written is kept. */
    status: z.enum(['running', 'partSaved', 'saved', 'failed']),
    file: z
      .string()
      .regex(/^[\w-]+\.mp4$/)
      .max(128)
      .optional(),
    durationMs: z.number().int().nonnegative().optional(),
    bytes: z.number().int().nonnegative().optional(),
    reason: z.string().max(200).optional(),
  }),
]);

export type Command = z.infer<typeof commandSchema>;
export type Verb = Command['verb'];
