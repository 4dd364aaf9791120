import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authentication, createAuthentication } from '../../../../gateway/sip/identity/authentication.ts';
import {
  type Algorithm,
  answerChallenge,
  type Challenge,
  formatCredentials,
  ha1Of,
  readChallenge,
} from '../../../../gateway/sip/identity/digest.ts';

const realm = 'rostrum.example';
const ip = '10.0.0.5';
const asker = { ip, user: 'codec1', userAgent: 'Codec/1', request: 'a 1' };
const requestUri = 'sip:room1@10.0.0.1:5060';
const accountOf = (user: string, password: string) => ({
  user,
  ha1: { md5: ha1Of('MD5', user, realm, password), sha256: ha1Of('SHA-256', user, realm, password) },
});
const accounts = [accountOf('codec1', 'secret'), accountOf('a "b", c', 'x')];

let time: number;
let asked: string[];
let authentication: Authentication;

beforeEach(() => {
  time = 1_800_000_000_000;
  asked = [];
  authentication = createAuthentication({
    realm,
    now: () => time,
    random: randomBytes,
    account: async (user) => {
      asked.push(user);
      return accounts.find((account) => account.user === user);
    },
  });
});

interface Attempt {
  user?: string;
  password?: string;
  algorithm?: Algorithm;
  change?: (challenge: Challenge) => Challenge;
  uri?: string;
}

/** Credentials for a fresh challenge. */
function credentials({
  user = 'codec1',
  password = 'secret',
  algorithm = 'SHA-256',
  change,
  uri = requestUri,
}: Attempt = {}) {
  const challenges = authentication.challenge(asker).map(readChallenge);
  const found = challenges.find((challenge) => challenge?.algorithm === algorithm);
  if (!found) throw new Error('not offered');
  return formatCredentials(
    answerChallenge(change ? change(found) : found, { user, password }, { method: 'INVITE', uri }, 'c'),
  );
}

const check = (authorization: string, from = ip, toUri = 'sip:room1@10.0.0.1:5060') =>
  authentication.check({
    method: 'INVITE',
    requestUri,
    toUri,
    authorization: [authorization],
    asker: { ...asker, ip: from },
  });

it('asks for SHA-256 first and MD5 second (RFC 8760 §2.3)', () => {
  const challenges = authentication.challenge(asker).map(readChallenge);
  expect(challenges.map((challenge) => challenge?.algorithm)).toEqual(['SHA-256', 'MD5']);
  for (const challenge of challenges)
    expect(challenge).toMatchObject({ realm, qop: true, stale: false, session: false });
});

describe('a proof', () => {
  it.each(['MD5', 'SHA-256'] as const)('by %s, plain and -sess', async (algorithm) => {
    for (const session of [false, true]) {
      const proof = await check(credentials({ algorithm, change: (challenge) => ({ ...challenge, session }) }));
      expect(proof).toEqual({ kind: 'proven', account: accounts[0] });
    }
  });

  it('of a user with quotes in its name', async () => {
    expect(await check(credentials({ user: 'a "b", c', password: 'x' }))).toMatchObject({ kind: 'proven' });
  });

  it('is found behind the credentials for a proxy on the way', async () => {
    const other = credentials({ change: (challenge) => ({ ...challenge, realm: 'elsewhere' }) });
    const claim = { method: 'INVITE', requestUri, toUri: requestUri, authorization: [other, credentials()], asker };
    expect(await authentication.check(claim)).toMatchObject({ kind: 'proven' });
    expect(authentication.isClaimed([other])).toBe(false);
    expect(authentication.isClaimed([other, credentials()])).toBe(true);
  });

  it('holds although a proxy has put our address in the place of our domain', async () => {
    const authorization = credentials({ uri: 'sip:room1@meet.example.vn' });
    expect(await check(authorization, ip, 'sip:room1@meet.example.vn')).toMatchObject({ kind: 'proven' });
    expect(await check(credentials({ uri: `sip:room1@${realm}` }))).toMatchObject({ kind: 'proven' });
  });

  it('is possible for a codec of RFC 2069 by MD5, once for each nonce', async () => {
    const authorization = credentials({ algorithm: 'MD5', change: (challenge) => ({ ...challenge, qop: false }) });
    expect(await check(authorization)).toMatchObject({ kind: 'proven' });
    expect(await check(authorization)).toEqual({ kind: 'unproven', stale: true });
  });
});

describe('no proof', () => {
  const refused = { kind: 'unproven', stale: false };

  it('by a wrong password, or by somebody unknown, who cannot tell which it was', async () => {
    expect(await check(credentials({ password: 'guess' }))).toEqual(refused);
    expect(await check(credentials({ user: 'nobody' }))).toEqual(refused);
    expect(asked).toEqual(['codec1', 'nobody']);
  });

  it('by the hash of nobody', async () => {
    const value = credentials({ user: 'nobody' });
    expect(await check(value.replace(/response="[^"]*"/, `response="${'0'.repeat(64)}"`))).toEqual(refused);
  });

  it('for another realm, room or place', async () => {
    expect(await check(credentials({ change: (challenge) => ({ ...challenge, realm: 'elsewhere' }) }))).toEqual(
      refused,
    );
    expect(await check(credentials({ uri: 'sip:room2@10.0.0.1:5060' }))).toEqual(refused);
    expect(await check(credentials({ uri: 'sip:room1@10.9.9.9' }))).toEqual(refused);
    expect(await check(credentials({ uri: 'nonsense' }))).toEqual(refused);
    expect(await check('Digest nonsense')).toEqual(refused);
    expect(asked).toEqual([]);
  });

  it('by a nonce that is old, from elsewhere, or not ours; nobody is asked for the account then', async () => {
    const stale = { kind: 'unproven', stale: true };
    expect(await check(credentials(), '10.0.0.6')).toEqual(stale);
    expect(await check(credentials({ change: (challenge) => ({ ...challenge, nonce: 'mine' }) }))).toEqual(stale);
    const early = credentials();
    time += 300_001;
    expect(await check(early)).toEqual(stale);
    expect(asked).toEqual([]);
  });

  it('by what has been said before', async () => {
    const authorization = credentials();
    expect(await check(authorization)).toMatchObject({ kind: 'proven' });
    expect(await check(authorization)).toEqual({ kind: 'unproven', stale: true });
  });

  it('by the right password after ten wrong ones, until a minute has passed', async () => {
    for (let n = 0; n < 10; n += 1) expect(await check(credentials({ password: `guess${n}` }))).toEqual(refused);
    expect(await check(credentials())).toEqual(refused);
    expect(asked).toHaveLength(10);
    time += 60_000;
    expect(await check(credentials())).toMatchObject({ kind: 'proven' });
  });

  it('where there are no accounts', async () => {
    authentication = createAuthentication({ realm, account: undefined });
    expect(await check(credentials())).toEqual(refused);
  });
});

it('lets the fault of the account hook through to whoever answers', async () => {
  authentication = createAuthentication({ realm, account: () => Promise.reject(new Error('down')) });
  await expect(check(credentials())).rejects.toThrow('down');
});
