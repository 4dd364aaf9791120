/** Encryption of RTP in offers and answers: SDES (RFC 4568, 7714), DTLS-SRTP (RFC 5763, 8842), opportunistic (RFC 8643). */
import type { Fingerprint, Security, SecurityPolicy, SrtpSuite } from './media.ts';
import { srtpSuites } from './media.ts';
import type { Quirks } from './quirks.ts';
import { type Attribute, attributeOf, type MediaSection } from './sdp.ts';

/** Our side of one stream. */
export interface SecurityTerms {
  policy: SecurityPolicy;
  /** Base64 of key and salt for each suite that we speak. */
  keys: Partial<Record<SrtpSuite, string>>;
  /** Of our certificate, as it stands in `a=fingerprint`; without it DTLS is not spoken. */
  fingerprint?: string;
  /** What holds at present: later exchanges keep its role and its suite. */
  current?: Security;
}

interface SecuredLine {
  section: MediaSection;
  sessionAttributes: readonly Attribute[];
}

/** Octets of master key and salt together (RFC 4568 §6.1, RFC 7714 §12). */
const keyLengths: Record<SrtpSuite, number> = {
  AEAD_AES_256_GCM: 44,
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
};

interface CryptoLine {
  tag: string;
  suite: SrtpSuite;
  key: string;
}

/**
 * The lines that we can obey. One with a master key identifier is none of them: the identifier would stand in every packet
 * (RFC 4568 §6.1); nor is one with a session parameter that changes the packets and may not be ignored (§6.3).
 */
export function cryptoLines(attributes: readonly Attribute[]): CryptoLine[] {
  return attributes.flatMap(({ name, value }) => {
    if (name !== 'crypto') return [];
    const [tag = '', suiteName = '', keyParams = '', ...sessionParams] = (value ?? '').split(/\s+/);
    const suite = srtpSuites.find((known) => known === suiteName.toUpperCase());
    // The lifetime needs no obeying: nobody sends 2^48 packets in a call, and shorter ones are devices' decoration.
    const encoded = /^inline:([\w+/]+={0,2})(?:\|(?:2\^)?\d{1,15})?$/i.exec(keyParams)?.[1];
    if (!suite || encoded === undefined || !/^\d{1,9}$/.test(tag) || !sessionParams.every(isHarmless)) return [];
    const key = Buffer.from(encoded, 'base64');
    return key.length === keyLengths[suite] ? [{ tag, suite, key: key.toString('base64') }] : [];
  });
}

/** RFC 4568 §6.3: a leading `-` may be ignored, a window size is a hint, the others are the defaults written out. */
const isHarmless = (parameter: string): boolean => /^(?:-.*|WSH=\d+|KDR=0|FEC_ORDER=FEC_SRTP)$/i.test(parameter);

/** Strongest first; MD5 and MD2 must not be used (RFC 8122 §5). */
const hashes: Record<string, number> = { 'sha-512': 64, 'sha-384': 48, 'sha-256': 32, 'sha-224': 28, 'sha-1': 20 };

/** The section's before the session's (RFC 8122 §5). */
export function fingerprintOf({ section, sessionAttributes }: SecuredLine): Fingerprint | undefined {
  const read = (attributes: readonly Attribute[]) =>
    attributes
      .flatMap(({ name, value }) => (name === 'fingerprint' ? [(value ?? '').split(/\s+/)] : []))
      .map(([hash = '', digits = '']) => ({ hash: hash.toLowerCase(), value: digits.toUpperCase() }))
      .filter(
        ({ hash, value }) => value.split(':').length === hashes[hash] && /^[\dA-F]{2}(?::[\dA-F]{2})*$/.test(value),
      )
      .toSorted((a, b) => (hashes[b.hash] ?? 0) - (hashes[a.hash] ?? 0));
  return read(section.attributes)[0] ?? read(sessionAttributes)[0];
}

const setupOf = ({ section, sessionAttributes }: SecuredLine): string | undefined =>
  (attributeOf(section.attributes, 'setup') ?? attributeOf(sessionAttributes, 'setup'))?.toLowerCase();

/** What we make of an offered line, and the attributes that say so; `undefined` if the policy forbids to take it. */
export function answerSecurity(
  line: SecuredLine,
  terms: SecurityTerms,
): { security: Security; attributes: Attribute[] } | undefined {
  const { protocol } = line.section;
  const isPlain = !/SAVPF?$/.test(protocol);
  const unprotected = { security: { kind: 'none' as const }, attributes: [] };
  if (terms.policy === 'off') return isPlain ? unprotected : undefined;
  if (protocol.startsWith('UDP/TLS/')) return answerDtls(line, terms);
  // RTP/SAVP means keys in SDP; a plain line with both ways is better off with keys that do not stand in the signalling.
  const secured = isPlain
    ? (answerDtls(line, terms) ?? answerSdes(line, terms))
    : (answerSdes(line, terms) ?? answerDtls(line, terms));
  return secured ?? (isPlain && terms.policy !== 'required' ? unprotected : undefined);
}

function answerSdes({ section }: SecuredLine, { keys }: SecurityTerms) {
  const offered = cryptoLines(section.attributes);
  for (const suite of srtpSuites) {
    const key = keys[suite];
    const remote = offered.find((one) => one.suite === suite);
    if (key === undefined || !remote) continue;
    return {
      security: { kind: 'sdes' as const, local: { suite, key }, remote: { suite, key: remote.key } },
      attributes: [{ name: 'crypto', value: `${remote.tag} ${suite} inline:${key}` }],
    };
  }
  return undefined;
}

function answerDtls(line: SecuredLine, { fingerprint: own, current }: SecurityTerms) {
  const fingerprint = fingerprintOf(line);
  const setup = setupOf(line);
  if (own === undefined || !fingerprint || setup === 'holdconn') return undefined;
  // RFC 8842 §5.3: an association that stands keeps its roles. RFC 4145 §4.1: an offer that says nothing is active.
  const chosen = current?.kind === 'dtls' ? current.role : 'active';
  const role = setup === 'actpass' ? chosen : setup === 'passive' ? 'active' : 'passive';
  return {
    security: { kind: 'dtls' as const, role: role as 'active' | 'passive', fingerprint },
    attributes: dtlsAttributes(own, role),
  };
}

const dtlsAttributes = (fingerprint: string, setup: string): Attribute[] => [
  { name: 'fingerprint', value: fingerprint },
  { name: 'setup', value: setup },
];

interface OfferWay {
  protocol: string;
  keys?: true;
  certificate?: true;
}
const plain: OfferWay = { protocol: 'RTP/AVP' };
/** RFC 8643 §3.1: who knows nothing of it passes it over. */
const opportunistic: OfferWay = { protocol: 'RTP/AVP', keys: true, certificate: true };
const sdes: OfferWay = { protocol: 'RTP/SAVP', keys: true };
const sdesFeedback: OfferWay = { protocol: 'RTP/SAVPF', keys: true };
const dtls: OfferWay = { protocol: 'UDP/TLS/RTP/SAVPF', certificate: true };

/** Best first. */
function waysOf(policy: SecurityPolicy, quirks: Quirks): OfferWay[] {
  if (policy === 'off') return [plain];
  const secure = quirks.offersDtls ? [dtls, sdes, sdesFeedback] : [sdes, dtls, sdesFeedback];
  const first = quirks.offersDtls || quirks.refusesOpportunistic ? [] : [opportunistic];
  return policy === 'required' ? secure : [...first, ...secure, plain];
}

/**
 * What to try after an endpoint has refused our first offer as such (488): some insist on one profile and refuse every other.
 * `undefined` once all have been tried.
 */
export function nextOffer(policy: SecurityPolicy, quirks: Quirks): Quirks | undefined {
  const refusedOffers = quirks.refusedOffers + 1;
  return refusedOffers < waysOf(policy, quirks).length ? { ...quirks, refusedOffers } : undefined;
}

/**
 * Profile and attributes of a line that we offer.
 * @param stands profile of a line that stands: it keeps that and its way of encryption
 */
export function offerSecurity(
  terms: SecurityTerms,
  quirks: Quirks,
  stands?: string,
): { protocol: string; attributes: Attribute[] } {
  const { policy, keys, fingerprint, current } = terms;
  const certificate = fingerprint === undefined ? [] : dtlsAttributes(fingerprint, 'actpass'); // RFC 8842 §5.2, §5.5
  if (stands !== undefined && current?.kind === 'dtls') return { protocol: stands, attributes: certificate };
  if (stands !== undefined && current?.kind === 'sdes') {
    return { protocol: stands, attributes: cryptoAttributes({ [current.local.suite]: current.local.key }) };
  }
  // A line that stands unencrypted stays as it is: an endpoint that has not wanted keys would only be confused by them.
  if (stands !== undefined) return { protocol: stands, attributes: [] };
  const able = (way: OfferWay) =>
    way === plain || (way.keys && Object.keys(keys).length > 0) || (way.certificate && fingerprint !== undefined);
  const ways = waysOf(policy, quirks).filter(able);
  const way = ways[Math.min(quirks.refusedOffers, ways.length - 1)] ?? sdes; // without any means it is refused, as it should be
  return {
    protocol: way.protocol,
    attributes: [...(way.keys ? cryptoAttributes(keys) : []), ...(way.certificate ? certificate : [])],
  };
}

function cryptoAttributes(keys: SecurityTerms['keys']): Attribute[] {
  const suites = srtpSuites.filter((suite) => keys[suite] !== undefined);
  return suites.map((suite, at) => ({ name: 'crypto', value: `${at + 1} ${suite} inline:${keys[suite]}` }));
}

/** Of an answer to our line `ours`; `undefined` where nothing protects what has to be protected. */
export function readSecurity(ours: MediaSection, theirs: SecuredLine, required: boolean): Security | undefined {
  const isSecure = /SAVPF?$/.test(ours.protocol);
  // An answered tag points at one line of ours (RFC 4568 §5.1.3); a fingerprint may be there for another reason.
  const offered = cryptoLines(ours.attributes);
  for (const remote of cryptoLines(theirs.section.attributes)) {
    const local = offered.find(({ tag, suite }) => tag === remote.tag && suite === remote.suite);
    if (local) return { kind: 'sdes', local: keyOf(local), remote: keyOf(remote) };
  }
  const fingerprint = fingerprintOf(theirs);
  const offersDtls = ours.attributes.some(({ name }) => name === 'fingerprint');
  // RFC 4145 §4.1: an answer that says nothing is passive.
  if (offersDtls && fingerprint)
    return { kind: 'dtls', role: setupOf(theirs) === 'active' ? 'passive' : 'active', fingerprint };
  return isSecure || required || /SAVPF?$/.test(theirs.section.protocol) ? undefined : { kind: 'none' };
}

const keyOf = ({ suite, key }: CryptoLine) => ({ suite, key });
