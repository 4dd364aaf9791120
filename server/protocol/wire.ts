import { z } from 'zod';
import { loggedEventSchema } from './events.ts';
import {
  callIdSchema,
  mediaIdSchema,
  participantIdSchema,
  roomIdSchema,
  sipAccountSchema,
  siteIdSchema,
} from './ids.ts';
import { consumerSchema, type noticeSchema, rtpCapabilitiesSchema } from './media.ts';
import {
  encryptionSchema,
  kindSchema,
  lineCapacitySchema,
  nameSchema,
  pinSchema,
  roleSchema,
  roomStateSchema,
  sentSourceSchema,
  timeSchema,
} from './records.ts';
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
 *                     `unban`   Unban              the operator lifts a ban
 *                     `trusted` Trusted            at once and whenever it changes: where the sites' codecs are
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

/** Where a SIP message came from. */
export const sipSourceSchema = z.strictObject({
  transport: z.enum(['udp', 'tcp', 'tls']),
  ip: z.ipv4().or(z.ipv6()),
  port: z.number().int().min(0).max(65535),
});
/** An address or a network: `10.0.0.5`, `10.0.0.0/24`, `fd00::/8`. */
export const networkSchema = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
/** SHA-256 of a TLS certificate (DER): lower-case hexadecimal, no colons. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{64}$/);
/** What is proven of a caller: by digest (RFC 8760) or a live registration from this source, by its certificate. */
const identity = { account: sipAccountSchema.optional(), certificate: fingerprintSchema.optional() };
/** What a caller says of himself, which proves nothing. */
const caller = {
  /** The From URI. */
  from: z.string().max(256),
  /** Where the caller can be called back. */
  contact: z.string().max(256).optional(),
  displayName: z.string().max(120).optional(),
  source: sipSourceSchema,
};
/** Where a registered codec is (RFC 3261 10.3); kept by the server so that a gateway that starts again finds it. */
export const bindingSchema = z.strictObject({
  account: sipAccountSchema,
  contact: z.string().max(512),
  source: sipSourceSchema,
  callId: z.string().max(256),
  cseq: z.number().int().min(0).max(0xffffffff),
  expiresAt: timeSchema,
  userAgent: z.string().max(200).optional(),
});
/** A source that is not listened to for a while. */
export const sipBanSchema = z.strictObject({
  ip: z.ipv4().or(z.ipv6()),
  until: timeSchema,
  reason: z.string().max(120),
  attempts: z.number().int().nonnegative(),
});

/** More would not fit a message. */
export const MAX_BANS_REPORTED = 250;

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
  /**
   * May this caller enter this room, and as whom? → Admitted. Who is known as a site by account, certificate or
   * source address gets in where it is invited. `pinRequired`: ask an unknown caller for the PIN, then `admitByPin`.
   * Every other refused call is on record (REG-12).
   */
  z.strictObject({ request: z.literal('admitCall'), target: z.string().max(128), ...caller, ...identity }),
  /** → Admitted, to the room with this PIN; `pinWrong`, and after some of those from one source `tooManyAttempts`. */
  z.strictObject({ request: z.literal('admitByPin'), pin: pinSchema, ...caller }),
  /** The secret by which a site's codec proves who it is. → SipAccount; `siteUnknown` */
  z.strictObject({ request: z.literal('sipAccount'), user: z.string().max(128) }),
  /** All bindings of this account as they are now, none where it has gone. → {} */
  z.strictObject({
    request: z.literal('reportRegistrations'),
    account: sipAccountSchema,
    bindings: z.array(bindingSchema).max(16),
  }),
  /** What was reported and has not expired. → { bindings: Binding[] } */
  z.strictObject({ request: z.literal('registrations') }),
  /** The bans that stand, the first of them where they are many. → {} */
  z.strictObject({ request: z.literal('reportBans'), bans: z.array(sipBanSchema).max(MAX_BANS_REPORTED) }),
  /** What the gateway refused by itself is on record (REG-12): a codec that wants to transfer, register, call. → {} */
  z.strictObject({
    request: z.literal('recordAttempt'),
    kind: z.enum(['refer', 'register', 'call']),
    from: z.string().max(256),
    target: z.string().max(256),
    source: sipSourceSchema,
    ...identity,
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
  /** Absent for who is no site. */
  siteId: siteIdSchema.optional(),
  encryption: encryptionSchema.default('preferred'),
  /** What is configured of the site's line. */
  line: lineCapacitySchema.optional(),
  bridge: z.boolean().default(false),
});
/**
 * The realm of the codecs' accounts, with which their passwords are hashed, and the domain under which they are
 * registered with the gateway.
 */
export const SIP_REALM = 'rostrum';
/** `ha1` is H(user:realm:password) in lower-case hexadecimal (RFC 7616 3.4.2), for both hashes of RFC 8760. */
export const sipAccountAnswerSchema = z.object({
  siteId: siteIdSchema,
  ha1: z.object({ md5: z.string().regex(/^[0-9a-f]{32}$/), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
});
export const registrationsAnswerSchema = z.object({ bindings: z.array(bindingSchema) });
export const unbanSchema = z.object({ ip: z.ipv4().or(z.ipv6()) });
/** Addresses and networks of the sites: whoever forges one of them is not to get it banned. */
export const trustedSchema = z.object({ networks: z.array(networkSchema).max(10_000) });

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
  unban: (unban: Unban) => void;
  trusted: (trusted: Trusted) => void;
}
export interface GatewayToServer {
  request: (request: unknown, ack: (answer: Answer) => void) => void;
}

export type Welcome = z.infer<typeof welcomeSchema>;
export type NumberedEvent = z.infer<typeof numberedEventSchema>;
export type Dismissed = z.infer<typeof dismissedSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type GatewayRequest = z.infer<typeof gatewayRequestSchema>;
export type Admitted = z.infer<typeof admittedSchema>;
export type SipBinding = z.infer<typeof bindingSchema>;
export type SipBan = z.infer<typeof sipBanSchema>;
export type SipAccountAnswer = z.infer<typeof sipAccountAnswerSchema>;
export type Trusted = z.infer<typeof trustedSchema>;
export type Unban = z.infer<typeof unbanSchema>;
export type OpenRooms = z.infer<typeof openRoomsSchema>;
