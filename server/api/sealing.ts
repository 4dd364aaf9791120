import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * What the database keeps for us alone: sealed with AES-256-GCM (NIST SP 800-38D), or known again by its HMAC-SHA256. The
 * keys are derived (RFC 5869) from the signing key, which is not in the database.
 */
export class Seal {
  readonly #encryption: Buffer;
  readonly #recognition: Buffer;

  /** @param signingKey at least 32 random bytes, base64url */
  constructor(signingKey: string) {
    const derive = (purpose: string) =>
      Buffer.from(hkdfSync('sha256', Buffer.from(signingKey, 'base64url'), '', `rostrum ${purpose}`, 32));
    this.#encryption = derive('at rest');
    this.#recognition = derive('codes');
  }

  /** @param about whose it is: it opens for nobody else */
  close(secret: string, about: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#encryption, iv).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Throws where it was changed, is another's, or was sealed by another key. */
  open(sealed: string, about: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#encryption, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const secret = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return secret.toString('utf8');
  }

  /** Short codes are known again by this alone: without the key nobody can try them all. */
  recognise(code: string): string {
    return createHmac('sha256', this.#recognition).update(code).digest('base64url');
  }
}
