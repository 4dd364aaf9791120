import { describe, expect, it } from 'vitest';
import {
  answerChallenge,
  type Challenge,
  type Credentials,
  formatChallenge,
  formatCredentials,
  ha1Of,
  isRight,
  readChallenge,
  readCredentials,
  responseTo,
  strongest,
} from '../../../../gateway/sip/identity/digest.ts';

const challenge: Challenge = {
  realm: 'rostrum',
  nonce: 'n0',
  algorithm: 'SHA-256',
  session: false,
  qop: true,
  stale: false,
};
const bob = { user: 'bob', password: 'zanzibar' };
const register = { method: 'REGISTER', uri: 'sip:10.0.0.1' };

describe('the examples of the standards', () => {
  // RFC 7616 §3.9.1
  const example = {
    username: 'Mufasa',
    realm: 'http-auth@example.org',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    proof: { cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', count: 1 },
    session: false,
  };
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('%s', (algorithm, response) => {
    const ha1 = ha1Of(algorithm, example.username, example.realm, 'Circle of Life');
    expect(responseTo({ ...example, algorithm }, 'GET', ha1)).toBe(response);
  });

  it('MD5 of RFC 2617 §3.5', () => {
    const ha1 = ha1Of('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
    const given = {
      ...{ username: 'Mufasa', realm: 'testrealm@host.com', uri: '/dir/index.html', session: false },
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      algorithm: 'MD5',
      proof: { cnonce: '0a4f113b', count: 1 },
    } as const;
    expect(responseTo(given, 'GET', ha1)).toBe('6629fae49393a05397450978507c4ef1');
  });
});

describe('what is read', () => {
  it('takes quotes, escapes, commas within them, any case, and blanks anywhere', () => {
    const value =
      'DIGEST  UserName="a\\"b, realm=\\"x\\\\", REALM = "ro,strum" ,nonce="n=0,==",uri="sip:a@b;x=y,z", , ' +
      `response="${'A'.repeat(32)}" , Algorithm="md5" , QOP="auth", nc=0000000A,cnonce="c"`;
    expect(readCredentials(value)).toEqual({
      username: 'a"b, realm="x\\',
      realm: 'ro,strum',
      nonce: 'n=0,==',
      uri: 'sip:a@b;x=y,z',
      response: 'a'.repeat(32),
      algorithm: 'MD5',
      session: false,
      proof: { cnonce: 'c', count: 10 },
    } satisfies Credentials);
  });

  it.each([
    ['another scheme', (text: string) => text.replace('Digest', 'Basic')],
    ['the same name twice', (text: string) => `${text}, realm="other"`],
    ['an open quote', (text: string) => `${text}, opaque="x`],
    ['an unknown algorithm', (text: string) => text.replace('SHA-256', 'SHA-1')],
    ['a body signed too', (text: string) => text.replace('qop=auth', 'qop=auth-int')],
    ['no client nonce', (text: string) => text.replace(/cnonce="[^"]*", /, '')],
    ['a count that is no count', (text: string) => text.replace('nc=00000001', 'nc=1')],
    ['no user', (text: string) => text.replace('"bob"', '""')],
    ['a response that is no hash', (text: string) => text.replace(/response="../, 'response="zz')],
    ['more than anybody sends', (text: string) => `${text}, x="${'y'.repeat(5_000)}"`],
  ])('refuses %s', (_what, spoil) => {
    const good = formatCredentials(answerChallenge(challenge, bob, register, 'c0'));
    expect(readCredentials(good)).toBeDefined();
    expect(readCredentials(spoil(good))).toBeUndefined();
  });

  it('never takes long over nonsense', () => {
    const began = performance.now();
    for (const text of [
      `Digest ${' '.repeat(4_000)}`,
      `Digest a="${'\\'.repeat(4_000)}`,
      `Digest ${'a=,'.repeat(1_300)}`,
    ]) {
      expect(readCredentials(text)).toBeUndefined();
    }
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('challenge and answer', () => {
  it.each(['MD5', 'SHA-256', 'SHA-512-256'] as const)('%s, plain and -sess', (algorithm) => {
    for (const session of [false, true]) {
      const asked = readChallenge(formatChallenge({ ...challenge, algorithm, session, opaque: 'o"p' }));
      expect(asked).toEqual({ ...challenge, algorithm, session, opaque: 'o"p' });
      const sent = asked && readCredentials(formatCredentials(answerChallenge(asked, bob, register, 'c0')));
      expect(sent).toMatchObject({ username: 'bob', opaque: 'o"p', algorithm, session, proof: { count: 1 } });
      const ha1 = ha1Of(algorithm, 'bob', 'rostrum', 'zanzibar');
      expect(sent && isRight(sent, 'REGISTER', ha1)).toBe(true);
      expect(sent && isRight(sent, 'INVITE', ha1)).toBe(false);
      expect(sent && isRight({ ...sent, uri: 'sip:10.0.0.2' }, 'REGISTER', ha1)).toBe(false);
      expect(sent && isRight({ ...sent, response: sent.response.slice(2) }, 'REGISTER', ha1)).toBe(false);
      expect(sent && isRight(sent, 'REGISTER', ha1Of(algorithm, 'bob', 'rostrum', 'other'))).toBe(false);
    }
  });

  it('with a server of RFC 2069, that knows neither qop nor algorithm', () => {
    const asked = readChallenge('Digest realm="rostrum", nonce="n0"');
    expect(asked).toEqual({ ...challenge, algorithm: 'MD5', qop: false });
    const sent = asked && readCredentials(formatCredentials(answerChallenge(asked, bob, register, 'c0')));
    expect(sent?.proof).toBeUndefined();
    expect(sent && isRight(sent, 'REGISTER', ha1Of('MD5', 'bob', 'rostrum', 'zanzibar'))).toBe(true);
  });

  it('says that the nonce was too old', () => {
    expect(readChallenge(formatChallenge({ ...challenge, stale: true }))?.stale).toBe(true);
    expect(readChallenge('Digest realm="r", nonce="n", stale=TRUE')?.stale).toBe(true);
  });

  it('leaves alone what cannot be answered', () => {
    expect(readChallenge('Digest realm="r", nonce="n", qop="auth-int"')).toBeUndefined();
    expect(readChallenge('Digest realm="r", nonce="n", algorithm=MD5-sess')).toBeUndefined();
    expect(readChallenge('Digest realm="r", nonce=""')).toBeUndefined();
    expect(readChallenge('Digest realm="r", nonce="n", qop="auth-int,auth"')?.qop).toBe(true);
  });

  it('prefers the strongest, in whatever order they come', () => {
    const all = (['MD5', 'SHA-512-256', 'SHA-256'] as const).map((algorithm) => ({ ...challenge, algorithm }));
    expect(strongest(all)?.algorithm).toBe('SHA-512-256');
    expect(strongest(all.slice(0, 1))?.algorithm).toBe('MD5');
    expect(strongest([])).toBeUndefined();
  });
});
