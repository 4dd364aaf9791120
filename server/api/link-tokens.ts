import { errors, jwtVerify, SignJWT } from 'jose';
import { Refused } from '../protocol/refusals.ts';
import type { LinksPort, StoredLink } from './ports.ts';

const AUDIENCE = 'link';

/** A link's token names its record and is signed; what the record says is what counts. */
export class LinkTokens {
  readonly #key: Uint8Array;
  readonly #links: LinksPort;

  constructor(signingKey: string, links: LinksPort) {
    this.#key = Buffer.from(signingKey, 'base64url');
    this.#links = links;
  }

  /** The same link gives the same token, so that a list can show it again. */
  tokenOf({ linkId, issuedAt, expiresAt }: StoredLink): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(AUDIENCE)
      .setJti(linkId)
      .setIssuedAt(Math.floor(issuedAt / 1000))
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(this.#key);
  }

  /** Throws `Refused`: `linkInvalid`, `linkExpired` or `linkRevoked`. */
  async open(token: string): Promise<StoredLink> {
    const link = await this.#links.find(await this.#readId(token));
    if (!link) throw new Refused('linkInvalid');
    if (link.revokedAt !== undefined) throw new Refused('linkRevoked');
    return link;
  }

  async #readId(token: string): Promise<string> {
    try {
      const { payload } = await jwtVerify(token, this.#key, { audience: AUDIENCE, algorithms: ['HS256'] });
      return payload.jti ?? '';
    } catch (error) {
      throw new Refused(error instanceof errors.JWTExpired ? 'linkExpired' : 'linkInvalid');
    }
  }
}
