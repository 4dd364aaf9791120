import { type Cipheriv, createCipheriv, createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Encrypted, encryptedSchema } from '../protocol/recording.ts';

const sealSchema = z.object({ sealed: encryptedSchema });
const BLOCK = 16;
const KEY_BYTES = 32;

/** A key of 256 bits and the name by which a part's index finds it again. */
export interface RecordingKey {
  keyId: string;
  key: Buffer;
}

/** The house's keys: what is written is written with the first; what was written is read with whichever it names. */
export type RecordingKeys = readonly RecordingKey[];

/** No key of that name: what it encrypted cannot be read. */
export class KeyMissing extends Error {
  constructor(keyId: string) {
    super(`no key ${keyId}`);
    this.name = 'KeyMissing';
  }
}

/** Of a key file: one key on each line, 32 bytes in base64. Throws `RangeError` without quoting any of it. */
export function readKeys(text: string): RecordingKeys {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const key = Buffer.from(line, 'base64');
      if (key.length !== KEY_BYTES) throw new RangeError(`a recording key has ${KEY_BYTES} bytes in base64`);
      return { keyId: createHash('sha256').update(key).digest('hex').slice(0, 16), key };
    });
}

/** For a new part: never the same counter blocks under one key twice. */
export function newEncryption({ keyId }: RecordingKey): Encrypted {
  // The low half counts blocks from 0, so that two parts meet only where all random bits of the other half do.
  return { alg: 'AES-256-CTR', iv: Buffer.concat([randomBytes(8), Buffer.alloc(8)]).toString('base64'), keyId };
}

/**
 * Encrypts or decrypts (in counter mode the same, NIST SP 800-38A 6.5) what lies from `offset` on. Feed it the bytes in
 * their order.
 */
export function cipherAt({ iv, keyId }: Encrypted, keys: RecordingKeys, offset: number): Cipheriv {
  const key = keys.find((one) => one.keyId === keyId);
  if (!key) throw new KeyMissing(keyId);
  const cipher = createCipheriv('aes-256-ctr', key.key, counterAt(Buffer.from(iv, 'base64'), offset));
  const within = offset % BLOCK;
  if (within > 0) cipher.update(Buffer.alloc(within));
  return cipher;
}

/** Before sealed bytes: a line that no JPEG begins with, and no JSON of ours but this. */
const SEAL = Buffer.from('{"sealed":');

/** A whole small file as it is written: with the first key; as it is where there is none. */
export function seal(bytes: Buffer, keys: RecordingKeys): Buffer {
  const [key] = keys;
  if (!key) return bytes;
  const encrypted = newEncryption(key);
  const head = Buffer.from(`${JSON.stringify({ sealed: encrypted })}\n`);
  return Buffer.concat([head, cipherAt(encrypted, keys, 0).update(bytes)]);
}

/** What `seal` was given. Throws `KeyMissing`, or whatever reading its head throws where that is none. */
export function unseal(stored: Buffer, keys: RecordingKeys): Buffer {
  if (!stored.subarray(0, SEAL.length).equals(SEAL)) return stored;
  const end = stored.indexOf('\n');
  const { sealed } = sealSchema.parse(JSON.parse(stored.toString('utf8', 0, end)));
  return cipherAt(sealed, keys, 0).update(stored.subarray(end + 1));
}

/** The counter block is one number of 128 bits, high byte first. */
function counterAt(iv: Buffer, offset: number): Buffer {
  const counter = BigInt.asUintN(128, BigInt(`0x${iv.toString('hex')}`) + BigInt(Math.floor(offset / BLOCK)));
  return Buffer.from(counter.toString(16).padStart(BLOCK * 2, '0'), 'hex');
}
