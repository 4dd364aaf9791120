/** Certificates for the tests, made anew by openssl each time. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface MadeCertificate {
  cert: string;
  key: string;
}

/** Signed by itself, as those of hardware codecs are; `names` as openssl writes them: `DNS:a.vn,IP:127.0.0.1`. */
export async function selfSigned(commonName: string, names = 'IP:127.0.0.1'): Promise<MadeCertificate> {
  return inFolder(async (folder) => {
    await makeKey(folder, 'own', ['-x509', '-days', '2', ...subject(commonName), '-addext', `subjectAltName=${names}`]);
    return readPair(folder, 'own');
  });
}

/** An authority, and certificates that it has signed, by common name and names. */
export async function signedBy(
  authority: string,
  wanted: readonly [commonName: string, names: string][],
): Promise<{ ca: string; signed: MadeCertificate[] }> {
  return inFolder(async (folder) => {
    await makeKey(folder, 'ca', ['-x509', '-days', '2', ...subject(authority)]);
    const signed: MadeCertificate[] = [];
    for (const [index, [commonName, names]] of wanted.entries()) {
      const name = `leaf${index}`;
      await makeKey(folder, name, subject(commonName));
      const extensions = join(folder, `${name}.ext`);
      await writeFile(extensions, `subjectAltName=${names}\n`);
      const file = (suffix: string) => join(folder, `${name}.${suffix}`);
      const authorityFiles = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial'];
      const request = file('pem');
      await run('openssl', [
        'x509',
        '-req',
        '-in',
        request,
        '-days',
        '2',
        ...authorityFiles,
        '-extfile',
        extensions,
        '-out',
        file('crt'),
      ]);
      signed.push({ cert: await readFile(file('crt'), 'utf8'), key: await readFile(file('key'), 'utf8') });
    }
    return { ca: await readFile(join(folder, 'ca.pem'), 'utf8'), signed };
  });
}

const subject = (commonName: string): string[] => ['-subj', `/CN=${commonName}`];

/** A key, and a certificate or a request for one. */
async function makeKey(folder: string, name: string, more: string[]): Promise<void> {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    join(folder, `${name}.key`),
  ];
  await run('openssl', ['req', ...key, '-out', join(folder, `${name}.pem`), ...more]);
}

async function readPair(folder: string, name: string): Promise<MadeCertificate> {
  const [cert, key] = await Promise.all(
    ['pem', 'key'].map((suffix) => readFile(join(folder, `${name}.${suffix}`), 'utf8')),
  );
  return { cert: cert ?? '', key: key ?? '' };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
