import { describe, expect, it } from 'vitest';
import type { SecurityPolicy } from '../../../../gateway/sip/sdp/media.ts';
import { type Quirks, quirksOf } from '../../../../gateway/sip/sdp/quirks.ts';
import type { Attribute } from '../../../../gateway/sip/sdp/sdp.ts';
import {
  answerSecurity,
  cryptoLines,
  fingerprintOf,
  nextOffer,
  offerSecurity,
  readSecurity,
  type SecurityTerms,
} from '../../../../gateway/sip/sdp/security.ts';

const key = (octets: number, fill: number) => Buffer.alloc(octets, fill).toString('base64');
const theirKey = key(30, 1);
const keys = {
  AEAD_AES_256_GCM: key(44, 7),
  AES_CM_128_HMAC_SHA1_80: key(30, 8),
  AES_CM_128_HMAC_SHA1_32: key(30, 9),
};
const ourFingerprint = `sha-256 ${Array(32).fill('AB').join(':')}`;
const theirFingerprint = Array(32).fill('0C').join(':');
const attribute = (line: string): Attribute => {
  const [name = '', ...value] = line.split(':');
  return { name, value: value.join(':') };
};
const line = (protocol: string, ...attributes: string[]) => ({
  section: {
    kind: 'audio',
    port: 6000,
    protocol,
    formats: ['8'],
    bandwidth: {},
    attributes: attributes.map(attribute),
  },
  sessionAttributes: [],
});
const terms = (policy: SecurityPolicy, more: Partial<SecurityTerms> = {}): SecurityTerms => ({
  policy,
  keys,
  fingerprint: ourFingerprint,
  ...more,
});
const sdes = `crypto:4 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}`;
const dtls = [`fingerprint:sha-256 ${theirFingerprint}`, 'setup:actpass'];

describe('keys in SDP (RFC 4568)', () => {
  const read = (...values: string[]) => cryptoLines(values.map((value) => ({ name: 'crypto', value })));

  it('are read with a lifetime, with padding left out, in any case of the suite', () => {
    expect(read(`1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}|2^31`)).toEqual([
      { tag: '1', suite: 'AES_CM_128_HMAC_SHA1_80', key: theirKey },
    ]);
    expect(read(`7 aead_aes_256_gcm inline:${key(44, 2).replace('=', '')}`)[0]?.key).toBe(key(44, 2));
    expect(read(`2 AES_CM_128_HMAC_SHA1_32 inline:${theirKey}|1048576 WSH=64 -X=1`)).toHaveLength(1);
  });

  it.each([
    ['an unknown suite', `1 F8_128_HMAC_SHA1_80 inline:${theirKey}`],
    ['a key of another length', `1 AEAD_AES_256_GCM inline:${theirKey}`],
    ['a master key identifier, with and without lifetime', `1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}|2^31|1:1`],
    ['… without', `1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}|1:1`],
    ['several keys', `1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}|2^20|1:4;inline:${theirKey}|2^20|2:4`],
    ['packets that are not encrypted', `1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey} UNENCRYPTED_SRTP`],
    ['a derivation rate', `1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey} KDR=1`],
    ['no tag', `AES_CM_128_HMAC_SHA1_80 inline:${theirKey}`],
    ['nothing', ''],
  ])('are not taken with %s', (_what, value) => {
    expect(read(value)).toEqual([]);
  });
});

describe('a fingerprint (RFC 8122)', () => {
  it('is the strongest of the section, else of the session', () => {
    const sha1 = `fingerprint:SHA-1 ${Array(20).fill('0d').join(':')}`;
    expect(fingerprintOf(line('RTP/SAVPF', sha1, ...dtls))).toEqual({ hash: 'sha-256', value: theirFingerprint });
    expect(fingerprintOf({ ...line('RTP/AVP'), sessionAttributes: [attribute(sha1)] })).toEqual({
      hash: 'sha-1',
      value: Array(20).fill('0D').join(':'),
    });
  });

  it.each(['md5 AA', `sha-256 ${theirFingerprint}:00`, 'sha-256', 'constructor AA', `sha-1 ${theirFingerprint}`])(
    'is not %s',
    (value) => {
      expect(fingerprintOf(line('RTP/AVP', `fingerprint:${value}`))).toBeUndefined();
    },
  );
});

describe('answering', () => {
  const kind = (policy: SecurityPolicy, protocol: string, ...attributes: string[]) =>
    answerSecurity(line(protocol, ...attributes), terms(policy))?.security.kind;

  it.each([
    // protocol, attributes, off, preferred, required
    ['RTP/AVP', [], 'none', 'none', undefined],
    ['RTP/AVPF', [sdes], 'none', 'sdes', 'sdes'],
    ['RTP/AVP', dtls, 'none', 'dtls', 'dtls'],
    ['RTP/AVP', [sdes, ...dtls], 'none', 'dtls', 'dtls'],
    ['RTP/SAVP', [sdes, ...dtls], undefined, 'sdes', 'sdes'],
    ['RTP/SAVPF', dtls, undefined, 'dtls', 'dtls'],
    ['RTP/SAVP', [], undefined, undefined, undefined],
    ['UDP/TLS/RTP/SAVPF', dtls, undefined, 'dtls', 'dtls'],
    ['UDP/TLS/RTP/SAVP', [sdes], undefined, undefined, undefined],
    ['UDP/TLS/RTP/SAVP', [dtls[0] ?? '', 'setup:holdconn'], undefined, undefined, undefined],
  ])('%s with %j: off %s, preferred %s, required %s', (protocol, attributes, off, preferred, required) => {
    expect(kind('off', protocol, ...attributes)).toBe(off);
    expect(kind('preferred', protocol, ...attributes)).toBe(preferred);
    expect(kind('required', protocol, ...attributes)).toBe(required);
  });

  it('takes our best suite, under the tag of the offer, with our own key', () => {
    const many = line(
      'RTP/SAVP',
      `crypto:1 AES_CM_128_HMAC_SHA1_32 inline:${theirKey}`,
      `crypto:2 AEAD_AES_256_GCM inline:${key(44, 3)}`,
    );
    expect(answerSecurity(many, terms('required'))).toEqual({
      security: {
        kind: 'sdes',
        local: { suite: 'AEAD_AES_256_GCM', key: keys.AEAD_AES_256_GCM },
        remote: { suite: 'AEAD_AES_256_GCM', key: key(44, 3) },
      },
      attributes: [{ name: 'crypto', value: `2 AEAD_AES_256_GCM inline:${keys.AEAD_AES_256_GCM}` }],
    });
    const few = terms('required', { keys: { AES_CM_128_HMAC_SHA1_32: keys.AES_CM_128_HMAC_SHA1_32 } });
    expect(answerSecurity(many, few)?.attributes[0]?.value).toMatch(/^1 AES_CM_128_HMAC_SHA1_32 /);
  });

  it.each([
    ['actpass', undefined, 'active'],
    ['actpass', 'passive', 'passive'],
    ['active', undefined, 'passive'],
    ['passive', 'passive', 'active'],
    [undefined, undefined, 'passive'],
  ] as const)('to setup %s with role %s before: we are %s (RFC 4145 §4.1, RFC 8842 §5.3)', (setup, before, ours) => {
    const offered = line(
      'UDP/TLS/RTP/SAVP',
      `fingerprint:sha-256 ${theirFingerprint}`,
      ...(setup ? [`setup:${setup}`] : []),
    );
    const fingerprint = { hash: 'sha-256', value: theirFingerprint };
    const current = before && { current: { kind: 'dtls' as const, role: before, fingerprint } };
    expect(answerSecurity(offered, terms('preferred', current))).toEqual({
      security: { kind: 'dtls', role: ours, fingerprint },
      attributes: [
        { name: 'fingerprint', value: ourFingerprint },
        { name: 'setup', value: ours },
      ],
    });
  });

  it('speaks no DTLS without a certificate', () => {
    const { fingerprint: _, ...without } = terms('preferred');
    expect(answerSecurity(line('RTP/AVP', sdes, ...dtls), without)?.security.kind).toBe('sdes');
    expect(answerSecurity(line('UDP/TLS/RTP/SAVP', ...dtls), without)).toBeUndefined();
  });
});

describe('offering', () => {
  const names = (attributes: Attribute[]) => attributes.map(({ name }) => name);

  it('says what the policy wants', () => {
    expect(offerSecurity(terms('off'), quirksOf())).toEqual({ protocol: 'RTP/AVP', attributes: [] });
    const preferred = offerSecurity(terms('preferred'), quirksOf());
    expect(preferred.protocol).toBe('RTP/AVP');
    expect(names(preferred.attributes)).toEqual(['crypto', 'crypto', 'crypto', 'fingerprint', 'setup']);
    expect(preferred.attributes.at(-1)?.value).toBe('actpass');
    const required = offerSecurity(terms('required'), quirksOf());
    expect(required.protocol).toBe('RTP/SAVP');
    expect(names(required.attributes)).toEqual(['crypto', 'crypto', 'crypto']);
  });

  it.each([
    ['off', '', ['RTP/AVP']],
    ['preferred', '', ['RTP/AVP 5', 'RTP/SAVP 3', 'UDP/TLS/RTP/SAVPF 2', 'RTP/SAVPF 3', 'RTP/AVP']],
    ['required', '', ['RTP/SAVP 3', 'UDP/TLS/RTP/SAVPF 2', 'RTP/SAVPF 3']],
    ['preferred', 'FreeSWITCH', ['RTP/SAVP 3', 'UDP/TLS/RTP/SAVPF 2', 'RTP/SAVPF 3', 'RTP/AVP']],
    ['preferred', 'JsSIP 3', ['UDP/TLS/RTP/SAVPF 2', 'RTP/SAVP 3', 'RTP/SAVPF 3', 'RTP/AVP']],
    ['required', 'JsSIP 3', ['UDP/TLS/RTP/SAVPF 2', 'RTP/SAVP 3', 'RTP/SAVPF 3']],
  ] as const)('goes on to other ways: %s, to "%s"', (policy, agent, expected) => {
    const ways: string[] = [];
    let last = quirksOf(agent);
    for (let next: Quirks | undefined = last; next; next = nextOffer(policy, next)) {
      const { protocol, attributes } = offerSecurity(terms(policy), next);
      ways.push(attributes.length > 0 ? `${protocol} ${attributes.length}` : protocol);
      last = next;
    }
    expect(ways).toEqual(expected);
    const beyond = { ...last, refusedOffers: 99 };
    expect(offerSecurity(terms(policy), beyond)).toEqual(offerSecurity(terms(policy), last));
  });

  it('leaves out the ways that it lacks the means for', () => {
    const { fingerprint: _, ...keyed } = terms('required');
    const protocols = (ours: SecurityTerms) =>
      [0, 1, 2].map((refusedOffers) => offerSecurity(ours, { ...quirksOf(), refusedOffers }).protocol);
    expect(protocols(keyed)).toEqual(['RTP/SAVP', 'RTP/SAVPF', 'RTP/SAVPF']);
    expect(protocols(terms('required', { keys: {} }))).toEqual(Array(3).fill('UDP/TLS/RTP/SAVPF'));
    expect(protocols({ policy: 'preferred', keys: {} })).toEqual(Array(3).fill('RTP/AVP'));
    expect(offerSecurity({ policy: 'required', keys: {} }, quirksOf())).toEqual({
      protocol: 'RTP/SAVP',
      attributes: [],
    });
  });

  it('keeps the way that a line has', () => {
    const suite = 'AES_CM_128_HMAC_SHA1_32' as const;
    const current = { kind: 'sdes' as const, local: { suite, key: keys[suite] }, remote: { suite, key: theirKey } };
    expect(offerSecurity(terms('preferred', { current }), quirksOf(), 'RTP/SAVP')).toEqual({
      protocol: 'RTP/SAVP',
      attributes: [{ name: 'crypto', value: `1 ${suite} inline:${keys[suite]}` }],
    });
    const plain = terms('preferred', { current: { kind: 'none' } });
    expect(offerSecurity(plain, quirksOf(), 'RTP/AVPF')).toEqual({ protocol: 'RTP/AVPF', attributes: [] });
  });
});

describe('reading an answer', () => {
  const ours = (policy: SecurityPolicy) => {
    const { protocol, attributes } = offerSecurity(terms(policy), quirksOf());
    return { ...line(protocol).section, attributes };
  };

  it('pairs keys by the tag', () => {
    expect(
      readSecurity(ours('required'), line('RTP/SAVP', `crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}`), true),
    ).toEqual({
      kind: 'sdes',
      local: { suite: 'AES_CM_128_HMAC_SHA1_80', key: keys.AES_CM_128_HMAC_SHA1_80 },
      remote: { suite: 'AES_CM_128_HMAC_SHA1_80', key: theirKey },
    });
    const other = line('RTP/SAVP', `crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${theirKey}`);
    expect(readSecurity(ours('required'), other, true)).toBeUndefined();
  });

  it.each([
    ['setup:active', 'passive'],
    ['setup:passive', 'active'],
    ['x:y', 'active'],
  ])('takes the other role: %s', (setup, role) => {
    const answer = line('RTP/AVP', `fingerprint:sha-256 ${theirFingerprint}`, setup);
    expect(readSecurity(ours('preferred'), answer, false)).toMatchObject({ kind: 'dtls', role });
    expect(readSecurity(ours('off'), answer, false)).toEqual({ kind: 'none' });
  });

  it('does without only where it may', () => {
    expect(readSecurity(ours('preferred'), line('RTP/AVP'), false)).toEqual({ kind: 'none' });
    expect(readSecurity(ours('preferred'), line('RTP/AVP'), true)).toBeUndefined();
    expect(readSecurity(ours('required'), line('RTP/AVP'), false)).toBeUndefined();
    expect(readSecurity(ours('off'), line('RTP/SAVP', sdes), false)).toBeUndefined();
  });
});
