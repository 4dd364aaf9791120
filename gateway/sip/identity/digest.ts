/**
 * Digest authentication (RFC 7616) with the algorithms that SIP uses (RFC 8760). Pure: nonces and client nonces are given.
 * `qop=auth` only; bodies are not signed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { quoted, readDigestParams } from './auth-params.ts';

/** From the weakest to the strongest. */
export const algorithms = ['MD5', 'SHA-256', 'SHA-512-256'] as const;
export type Algorithm = (typeof algorithms)[number];
const hashNames: Record<Algorithm, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

interface Scheme {
  realm: string;
  nonce: string;
  algorithm: Algorithm;
  /** The `-sess` variant, whose H(A1) is bound to this nonce (RFC 7616 §3.4.2). */
  session: boolean;
  opaque?: string;
}

export interface Challenge extends Scheme {
  /** False for a server as old as RFC 2069, which knows no qop. */
  qop: boolean;
  /** The nonce was too old; the credentials may have been right. */
  stale: boolean;
}

export interface Credentials extends Scheme {
  username: string;
  uri: string;
  /** Lower-case hex. */
  response: string;
  /** Missing from a client as old as RFC 2069: no qop, no cnonce, no count. */
  proof?: { cnonce: string; count: number };
}

/** One WWW-Authenticate or Proxy-Authenticate value. `undefined`: not digest, malformed, or nothing that we can answer. */
export function readChallenge(value: string): Challenge | undefined {
  const params = readDigestParams(value);
  const scheme = params && readScheme(params);
  if (!params || !scheme) return undefined;
  const offered = params.get('qop');
  const qops = offered?.split(',').map((qop) => qop.trim().toLowerCase());
  if (qops ? !qops.includes('auth') : scheme.session) return undefined; // auth-int alone, or no place for the client nonce
  return { ...scheme, qop: qops !== undefined, stale: params.get('stale')?.toLowerCase() === 'true' };
}

/** One Authorization or Proxy-Authorization value. `undefined`: not digest, malformed, or not `qop=auth`. */
export function readCredentials(value: string): Credentials | undefined {
  const params = readDigestParams(value);
  const scheme = params && readScheme(params);
  if (!params || !scheme) return undefined;
  const username = params.get('username') ?? '';
  const uri = params.get('uri') ?? '';
  const response = params.get('response')?.toLowerCase() ?? '';
  if (username === '' || username.length > 128 || uri === '' || !/^[0-9a-f]{32,64}$/.test(response)) return undefined;
  const known = { ...scheme, username, uri, response };
  const qop = params.get('qop')?.toLowerCase();
  if (qop === undefined) return scheme.session ? undefined : known;
  const cnonce = params.get('cnonce') ?? '';
  const count = params.get('nc') ?? '';
  if (qop !== 'auth' || cnonce === '' || !/^[0-9a-f]{8}$/i.test(count)) return undefined;
  return { ...known, proof: { cnonce, count: Number.parseInt(count, 16) } };
}

function readScheme(params: ReadonlyMap<string, string>): Scheme | undefined {
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const [, name, suffix] = /^(.*?)(-sess)?$/i.exec(params.get('algorithm') ?? 'MD5') ?? [];
  const algorithm = algorithms.find((known) => known === name?.toUpperCase());
  const opaque = params.get('opaque');
  if (realm === undefined || !nonce || !algorithm) return undefined;
  return { realm, nonce, algorithm, session: suffix !== undefined, ...(opaque === undefined ? {} : { opaque }) };
}

export function formatChallenge(challenge: Challenge): string {
  return [
    `Digest realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    ...(challenge.opaque === undefined ? [] : [`opaque=${quoted(challenge.opaque)}`]),
    ...(challenge.stale ? ['stale=true'] : []),
    `algorithm=${nameOf(challenge)}`,
    ...(challenge.qop ? ['qop="auth"'] : []),
  ].join(', ');
}

export function formatCredentials(credentials: Credentials): string {
  const { proof } = credentials;
  return [
    `Digest username=${quoted(credentials.username)}`,
    `realm=${quoted(credentials.realm)}`,
    `nonce=${quoted(credentials.nonce)}`,
    `uri=${quoted(credentials.uri)}`,
    `response="${credentials.response}"`,
    `algorithm=${nameOf(credentials)}`,
    ...(proof ? ['qop=auth', `cnonce=${quoted(proof.cnonce)}`, `nc=${countText(proof.count)}`] : []),
    ...(credentials.opaque === undefined ? [] : [`opaque=${quoted(credentials.opaque)}`]),
  ].join(', ');
}

const nameOf = ({ algorithm, session }: Scheme): string => (session ? `${algorithm}-sess` : algorithm);
const countText = (count: number): string => count.toString(16).padStart(8, '0');
const hash = (algorithm: Algorithm, text: string): string =>
  createHash(hashNames[algorithm]).update(text, 'utf8').digest('hex');

/** What a server keeps in place of a password (RFC 7616 §3.4.2), in hex. Without the `-sess` part, which belongs to one nonce. */
export function ha1Of(algorithm: Algorithm, user: string, realm: string, password: string): string {
  return hash(algorithm, `${user}:${realm}:${password}`);
}

/** The response that these credentials ought to carry (RFC 7616 §3.4.1), in hex; without `proof` that of RFC 2069 §2.1.2. */
export function responseTo(credentials: Omit<Credentials, 'response'>, method: string, ha1: string): string {
  const { algorithm, nonce, proof, session, uri } = credentials;
  const secret = session && proof ? hash(algorithm, `${ha1}:${nonce}:${proof.cnonce}`) : ha1;
  const ha2 = hash(algorithm, `${method}:${uri}`);
  const middle = proof ? `${nonce}:${countText(proof.count)}:${proof.cnonce}:auth` : nonce;
  return hash(algorithm, `${secret}:${middle}:${ha2}`);
}

/** Compared in constant time. */
export function isRight(credentials: Credentials, method: string, ha1: string): boolean {
  const expected = Buffer.from(responseTo(credentials, method, ha1));
  const given = Buffer.from(credentials.response);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export interface Secret {
  user: string;
  password: string;
}

/** Our answer to a challenge. The count is always 1: each challenge is answered once. `cnonce`: fresh, at least 64 random bits. */
export function answerChallenge(
  challenge: Challenge,
  { user, password }: Secret,
  request: { method: string; uri: string },
  cnonce: string,
): Credentials {
  const { realm, nonce, algorithm, session, opaque } = challenge;
  const known = {
    ...{ realm, nonce, algorithm, session, uri: request.uri, username: user },
    ...(opaque === undefined ? {} : { opaque }),
    ...(challenge.qop ? { proof: { cnonce, count: 1 } } : {}),
  };
  return { ...known, response: responseTo(known, request.method, ha1Of(algorithm, user, realm, password)) };
}

/** The challenge with the strongest algorithm, wherever it stands: an attacker may have changed the order (RFC 8760 §2.4). */
export function strongest(challenges: readonly Challenge[]): Challenge | undefined {
  return challenges.toSorted((a, b) => algorithms.indexOf(b.algorithm) - algorithms.indexOf(a.algorithm))[0];
}
