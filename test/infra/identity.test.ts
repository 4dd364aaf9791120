import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureCertificate, ensureSecrets } from '../../infra/identity.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rostrum-identity-'));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('secrets are made once, completed, and readable by their owner alone', async () => {
  const path = join(folder, 'secrets.json');
  const first = await ensureSecrets(folder);
  expect(Buffer.from(first.signingKey, 'base64url')).toHaveLength(32);
  expect(await ensureSecrets(folder)).toEqual(first);
  expect(await modeOf(path)).toBe(0o600);
  await writeFile(path, JSON.stringify({ signingKey: first.signingKey }));
  const completed = await ensureSecrets(folder);
  expect(completed.signingKey).toBe(first.signingKey);
  expect(completed.gatewaySecret).not.toBe(first.gatewaySecret);
});

test('secrets that cannot be read are not thrown away', async () => {
  await writeFile(join(folder, 'secrets.json'), '{"signingKey":');
  await expect(ensureSecrets(folder)).rejects.toThrow();
});

test('the certificate names this machine, stays until it expires, and is made anew then', async () => {
  const certificate = join(folder, 'tls', 'certificate.pem');
  const key = join(folder, 'tls', 'certificate-key.pem');
  await ensureCertificate(certificate, key);
  const made = await readFile(certificate, 'utf8');
  expect(new X509Certificate(made).checkHost('localhost')).toBe('localhost');
  expect(new X509Certificate(made).checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(await modeOf(key)).toBe(0o600);
  await ensureCertificate(certificate, key);
  expect(await readFile(certificate, 'utf8')).toBe(made);
  await ensureCertificate(certificate, key, new Date(Date.now() + 815 * 24 * 3600_000));
  expect(await readFile(certificate, 'utf8')).not.toBe(made);
});

test('half a certificate file is replaced', async () => {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  await ensureCertificate(certificate, key);
  await writeFile(certificate, '-----BEGIN CERT');
  await ensureCertificate(certificate, key);
  expect(new X509Certificate(await readFile(certificate)).checkIP('127.0.0.1')).toBe('127.0.0.1');
});
