// What makes this installation itself: its secrets and its certificate, made on the first start.

import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { generate } from 'selfsigned';

/** Each 32 random bytes as base64url. */
export interface Secrets {
  /** Signs sessions, links and tickets; a new one makes every issued one invalid. */
  signingKey: string;
  /** What the gateway shows when it connects to the server. */
  gatewaySecret: string;
}

const daysValid = 820; // Apple's systems refuse more than 825.
const renewBeforeMs = 14 * 24 * 3600 * 1000;

/** Written beside and renamed, so that a power cut leaves the old file or the new one. Readable by the owner alone. */
async function writePrivate(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The secrets in `folder/secrets.json`; whatever is missing is made. A file that cannot be parsed is an error. */
export async function ensureSecrets(folder: string): Promise<Secrets> {
  const path = join(folder, 'secrets.json');
  const known: Partial<Secrets> = JSON.parse((await readIfThere(path)) ?? '{}');
  const make = () => randomBytes(32).toString('base64url');
  const secrets = { signingKey: known.signingKey ?? make(), gatewaySecret: known.gatewaySecret ?? make() };
  if (!known.signingKey || !known.gatewaySecret) {
    await writePrivate(path, `${JSON.stringify({ ...known, ...secrets }, null, 2)}\n`);
  }
  return secrets;
}

/** Whether the pair belongs together and stays valid for two more weeks. */
function isUsable(certificate: string, privateKey: string, now: Date): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    const valid = new Date(parsed.validTo).getTime() - now.getTime() > renewBeforeMs;
    return valid && parsed.checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    // Not PEM: half a file, or someone's edit.
    return false;
  }
}

/** The names and addresses under which this machine can be reached. */
function ownNames(): { dns: string[]; ip: string[] } {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const ip = addresses.map(({ address }) => address).filter((address) => !address.startsWith('fe80:'));
  return { dns: [...new Set(['localhost', hostname()])], ip: [...new Set(['127.0.0.1', '::1', ...ip])] };
}

/** A self-signed certificate for this machine in the given PEM files, made anew two weeks before it expires. */
export async function ensureCertificate(certificatePath: string, keyPath: string, now = new Date()): Promise<void> {
  const certificate = await readIfThere(certificatePath);
  const privateKey = await readIfThere(keyPath);
  if (certificate && privateKey && isUsable(certificate, privateKey, now)) return;
  const { dns, ip } = ownNames();
  const made = await generate([{ name: 'commonName', value: hostname() }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // An hour of tolerance for a browser whose clock is behind.
    notBeforeDate: new Date(now.getTime() - 3600_000),
    notAfterDate: new Date(now.getTime() + daysValid * 24 * 3600_000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...dns.map((value) => ({ type: 2 as const, value })),
          ...ip.map((address) => ({ type: 7 as const, ip: address })),
        ],
      },
    ],
  });
  await mkdir(dirname(keyPath), { recursive: true, mode: 0o700 });
  await writePrivate(keyPath, made.private);
  await writePrivate(certificatePath, made.cert);
}
