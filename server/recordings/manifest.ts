import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Manifest, manifestSchema } from '../protocol/recording.ts';
import type { RecordingStorage } from './storage.ts';

export const MANIFEST = 'manifest.json';
/** What a manifest answers for; what is drawn from it afterwards can be drawn again. */
const SIGNED = /\.(?:mp4|webm|index\.jsonl)$/;

/** What a verification found. `signature`: `foreign` is good, by another key than this house's. */
export interface Verified {
  signature: 'good' | 'bad' | 'foreign' | 'missing';
  faults: { file: string; fault: 'missing' | 'changed' | 'added' }[];
}

/** The house's key (Ed25519, RFC 8032), in a file that is made where it is missing. */
export async function openSigningKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  // Of two that begin at once one writes, and both read what it wrote.
  await writeFile(path, pem, { flag: 'wx', mode: 0o600 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return createPrivateKey(await readFile(path));
}

/** Hashes what lies there and puts the signed list beside it. */
export async function signRecording(
  storage: RecordingStorage,
  recordingId: string,
  { key, now }: { key: KeyObject; now: number },
): Promise<Manifest> {
  const names = (await storage.list(recordingId)).map(({ name }) => name).filter((name) => SIGNED.test(name));
  const files: Manifest['files'] = [];
  // One after the other: nobody waits for it.
  for (const file of names.toSorted()) files.push({ file, ...(await digest(storage, recordingId, file)) });
  const unsigned = { v: 1 as const, recordingId, signedAt: now, files, publicKey: publicKeyOf(key) };
  const signature = sign(null, messageOf(unsigned), key).toString('base64');
  const manifest = { ...unsigned, signature };
  await storage.put(recordingId, MANIFEST, `${JSON.stringify(manifest)}\n`);
  return manifest;
}

/** Whether the recording is as it was signed. `key` is the house's, where it is known. */
export async function verifyRecording(
  storage: RecordingStorage,
  recordingId: string,
  key?: KeyObject,
): Promise<Verified> {
  const present = (await storage.list(recordingId)).map(({ name }) => name);
  if (!present.includes(MANIFEST)) return { signature: 'missing', faults: [] };
  const manifest = manifestSchema.safeParse(jsonOf(await text(storage.read(recordingId, MANIFEST)))).data;
  if (!manifest || manifest.recordingId !== recordingId) return { signature: 'bad', faults: [] };
  const faults: Verified['faults'] = [];
  for (const { file, bytes, sha256 } of manifest.files) {
    if (!present.includes(file)) faults.push({ file, fault: 'missing' });
    else {
      const found = await digest(storage, recordingId, file);
      if (found.sha256 !== sha256 || found.bytes !== bytes) faults.push({ file, fault: 'changed' });
    }
  }
  const listed = new Set(manifest.files.map(({ file }) => file));
  const added = present.filter((name) => SIGNED.test(name) && !listed.has(name));
  return {
    signature: signatureOf(manifest, key),
    faults: [...faults, ...added.map((file) => ({ file, fault: 'added' as const }))],
  };
}

function signatureOf(manifest: Manifest, key: KeyObject | undefined): Verified['signature'] {
  try {
    const by = createPublicKey({ key: Buffer.from(manifest.publicKey, 'base64'), format: 'der', type: 'spki' });
    const isGood = verify(null, messageOf(manifest), by, Buffer.from(manifest.signature, 'base64'));
    if (!isGood) return 'bad';
    return key && publicKeyOf(key) !== manifest.publicKey ? 'foreign' : 'good';
  } catch {
    // What is no key has signed nothing.
    return 'bad';
  }
}

function messageOf({ v, recordingId, signedAt, files, publicKey }: Omit<Manifest, 'signature'>): Buffer {
  const listed = files.map(({ file, bytes, sha256 }) => ({ file, bytes, sha256 }));
  return Buffer.from(JSON.stringify({ v, recordingId, signedAt, files: listed, publicKey }));
}

function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

async function digest(storage: RecordingStorage, recordingId: string, file: string) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of storage.read(recordingId, file)) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
