import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { callIdSchema, participantIdSchema, roomIdSchema, siteIdSchema } from '../protocol/ids.ts';
import { kindSchema, nameSchema, roleSchema } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';

const AUDIENCE = 'ticket';
/** Longer than any meeting: the same ticket brings a participant back after a lost connection. */
const VALID_HOURS = 24;

const claimsSchema = z.strictObject({
  roomId: roomIdSchema,
  participantId: participantIdSchema,
  role: roleSchema,
  kind: kindSchema,
  name: nameSchema,
  address: z.string().max(256).optional(),
  callId: callIdSchema.optional(),
  /** The link by which it was got: the ticket falls with it. */
  linkId: z.string().max(64).optional(),
  /** The session of who is signed in, likewise. */
  session: z.string().max(64).optional(),
  /** The enrolled computer of a site, likewise. */
  device: z.string().max(64).optional(),
  /** Whom the directory knows the participant as. */
  siteId: siteIdSchema.optional(),
});

/** Who enters which room as what. */
export type TicketClaims = z.infer<typeof claimsSchema>;

/** Tickets are JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 by a key that never leaves this machine. */
export class Tickets {
  readonly #key: Uint8Array;

  /** @param signingKey at least 32 random bytes, base64url */
  constructor(signingKey: string) {
    this.#key = Buffer.from(signingKey, 'base64url');
  }

  issue(claims: TicketClaims): Promise<string> {
    return new SignJWT({ claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${VALID_HOURS}h`)
      .sign(this.#key);
  }

  /** Throws `Refused`: `linkExpired`, or `linkInvalid` for whatever we have not signed as a ticket. */
  async verify(ticket: string): Promise<TicketClaims> {
    try {
      const { payload } = await jwtVerify(ticket, this.#key, { audience: AUDIENCE, algorithms: ['HS256'] });
      return claimsSchema.parse(payload.claims);
    } catch (error) {
      throw new Refused(error instanceof errors.JWTExpired ? 'linkExpired' : 'linkInvalid');
    }
  }
}
