import { z } from 'zod';
import { loggedEventSchema } from './events.ts';
import { callIdSchema, mediaIdSchema, participantIdSchema, roomIdSchema } from './ids.ts';
import { consumerSchema, type noticeSchema, rtpCapabilitiesSchema } from './media.ts';
import { kindSchema, nameSchema, roleSchema, roomStateSchema, sentSourceSchema } from './records.ts';
import { refusalSchema } from './refusals.ts';

/**
 * The socket, namespace `/room` (one connection is one participant; `auth: {ticket, version}` in the handshake; a
 * refused handshake is a `connect_error` whose `data` is the Refusal):
 *
 *   client → server   `command` (Command, ack)     → Answer
 *                     `request` (MediaRequest, ack) → Answer
 *   server → client   `welcome` Welcome            at once, and again after `resync`
 *                     `event`   NumberedEvent      index = last index + 1, otherwise ask for `resync`
 *                     `notice`  Notice
 *                     `dismissed` Dismissed        then the server closes; do not come back by yourself
 *
 * Namespace `/gateway` (`auth: {secret, version}`): the gateway process itself.
 *
 *   gateway → server  `request` (GatewayRequest, ack) → Answer
 *   server → gateway  `rooms`   OpenRooms          at once and whenever they change
 */
export const welcomeSchema = z.object({
  version: z.number().int(),
  participantId: participantIdSchema,
  role: roleSchema,
  kind: kindSchema,
  /** Number of the last event contained in the snapshot, counted for this participant. */
  index: z.number().int().nonnegative(),
  snapshot: roomStateSchema,
  routerRtpCapabilities: rtpCapabilitiesSchema,
  /** Names this participant's transports. A change means they are gone and must be built anew. */
  mediaSession: z.string(),
  /** What of the media session stands, for a return after a lost connection: close what is not listed, open what is. */
  consumers: z.array(consumerSchema),
  producers: z.array(z.object({ producerId: mediaIdSchema, sent: sentSourceSchema })),
  /** The server's clock, for running times: milliseconds since 1970. */
  now: z.number(),
});
export const numberedEventSchema = z.object({ index: z.number().int().positive(), logged: loggedEventSchema });
export const dismissedSchema = z.object({
  reason: z.enum(['replaced', 'removed', 'left', 'meetingEnded', 'linkRevoked']),
});
export const answerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), refusal: refusalSchema }),
]);

export const gatewayRequestSchema = z.discriminatedUnion('request', [
  /** A ticket for a participant that the gateway provides. → { ticket } */
  z.strictObject({
    request: z.literal('ticket'),
    roomId: roomIdSchema,
    kind: z.enum(['composer', 'recorder', 'simulator', 'gateway', 'sip']),
    participantId: participantIdSchema,
    name: nameSchema,
    address: z.string().max(256).optional(),
    callId: callIdSchema.optional(),
  }),
  /** May this caller enter this room, and as whom? → { roomId, participantId, name, callId, ticket }; refused calls are on record (REG-12). */
  z.strictObject({
    request: z.literal('admitCall'),
    target: z.string().max(128),
    /** The From URI, unproven: who the caller says he is. */
    from: z.string().max(256),
    /** Where the caller can be called back. */
    contact: z.string().max(256).optional(),
    displayName: z.string().max(120).optional(),
    source: z.string().max(64),
  }),
  /** Once a few seconds, for `/api/health`. → {} */
  z.strictObject({
    request: z.literal('reportHealth'),
    sip: z.enum(['ok', 'down', 'off']),
    engine: z.enum(['ok', 'down']),
    detail: z.string().max(200).optional(),
  }),
]);
export const openRoomsSchema = z.object({ rooms: z.array(z.object({ roomId: roomIdSchema, title: nameSchema })) });
export const ticketAnswerSchema = z.object({ ticket: z.string() });
export const admittedSchema = z.object({
  callId: callIdSchema,
  roomId: roomIdSchema,
  participantId: participantIdSchema,
  name: nameSchema,
  ticket: z.string(),
});

/** Names of what travels on the socket, for typed sockets at both ends. */
export interface ClientToServer {
  command: (command: unknown, ack: (answer: Answer) => void) => void;
  request: (request: unknown, ack: (answer: Answer) => void) => void;
}
export interface ServerToClient {
  welcome: (welcome: Welcome) => void;
  event: (event: NumberedEvent) => void;
  notice: (notice: z.infer<typeof noticeSchema>) => void;
  dismissed: (dismissed: Dismissed) => void;
}
export interface ServerToGateway {
  rooms: (rooms: OpenRooms) => void;
}
export interface GatewayToServer {
  request: (request: unknown, ack: (answer: Answer) => void) => void;
}

export type Welcome = z.infer<typeof welcomeSchema>;
export type NumberedEvent = z.infer<typeof numberedEventSchema>;
export type Dismissed = z.infer<typeof dismissedSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type GatewayRequest = z.infer<typeof gatewayRequestSchema>;
export type OpenRooms = z.infer<typeof openRoomsSchema>;
