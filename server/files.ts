import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CannotStart } from './messages.ts';

/** Each 32 random bytes as base64url. */
const secretsSchema = z.object({
  /** Signs links and tickets. */
  signingKey: z.string().regex(/^[\w-]{43,}$/),
  /** What the gateway shows when it connects. */
  gatewaySecret: z.string().min(32),
});
export type Secrets = z.infer<typeof secretsSchema>;

/** `secrets.json` in the data folder, made by the set-up. Throws `CannotStart`. */
export async function readSecrets(folder: string): Promise<Secrets> {
  const path = join(folder, 'secrets.json');
  const content = await read(path);
  try {
    return secretsSchema.parse(JSON.parse(content));
  } catch {
    // What the parser says quotes the content.
    throw new CannotStart((t) => t.unreadable(path, 'JSON'));
  }
}

/** Throws `CannotStart`. */
export async function readCertificate(tlsCert: string, tlsKey: string): Promise<{ cert: string; key: string }> {
  return { cert: await read(tlsCert), key: await read(tlsKey) };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CannotStart((t) => t.unreadable(path, reason));
  }
}
