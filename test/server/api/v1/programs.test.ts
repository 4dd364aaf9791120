import { beforeEach, expect, test } from 'vitest';
import type { StoredToken } from '../../../../server/accounts/program-ports.ts';
import { hashToken } from '../../../../server/api/sessions.ts';
import { Programs } from '../../../../server/api/v1/programs.ts';
import { Refused } from '../../../../server/protocol/refusals.ts';

const HOUR = 3_600_000;
const stored = (tokenId: string, more: Partial<StoredToken> = {}): StoredToken => ({
  ...{ tokenId, tokenHash: hashToken(`token-${tokenId}`), name: `Lịch ${tokenId}`, scopes: ['bookings:read'] },
  ...{ issuedAt: 0, issuedBy: 'lan', expiresAt: 10 * HOUR },
  ...more,
});

let now: number;
let used: string[];
let headers: Record<string, string>;
let programs: Programs;
beforeEach(() => {
  [now, used, headers] = [HOUR, [], {}];
  const all = [stored('a'), stored('b'), stored('old', { expiresAt: HOUR }), stored('gone', { revokedAt: 1 })];
  programs = new Programs({
    now: () => now,
    tokens: {
      list: async () => all,
      find: async (hash) => all.find(({ tokenHash }) => tokenHash === hash),
      add: async () => 'saved',
      revoke: async () => undefined,
      use: async (tokenId, { lastIp }) => {
        used.push(`${tokenId} ${lastIp}`);
        const token = all.find((each) => each.tokenId === tokenId);
        if (token) token.lastUsedAt = now;
      },
    },
  });
});

/** No more of a request than is looked at. */
function ask(authorization: string | undefined, scope: 'bookings:read' | 'sites:write' | 'any' = 'any') {
  const request = { get: () => authorization, socket: { remoteAddress: '10.0.0.9' } };
  return programs.require(request, { set: (name, value) => (headers[name] = value) }, scope);
}
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'let in',
    (error: unknown) => (error instanceof Refused ? error.refusal.code : String(error)),
  );

test('a token that holds is its program, and what it may is what it was given', async () => {
  expect(await ask('Bearer token-a', 'bookings:read')).toMatchObject({
    by: { username: 'program:Lịch a', ip: '10.0.0.9' },
  });
  expect(await codeOf(ask('bearer token-a', 'sites:write'))).toBe('scopeMissing');
  expect(headers['WWW-Authenticate']).toBe('Bearer error="insufficient_scope", scope="sites:write"');
});

test('none, a wrong, an expired and a revoked one are nobody', async () => {
  const shown = [undefined, 'Basic abc', 'Bearer token-a b', 'Bearer nobody', 'Bearer token-old', 'Bearer token-gone'];
  for (const each of shown) expect(await codeOf(ask(each))).toBe('tokenInvalid');
  expect(headers['WWW-Authenticate']).toBe('Bearer error="invalid_token"');
});

test('the last use is noted, but not each', async () => {
  for (const at of [HOUR, HOUR + 1_000, HOUR + 6 * 60_000]) {
    now = at;
    await ask('Bearer token-a');
  }
  expect(used).toEqual(['a 10.0.0.9', 'a 10.0.0.9']);
});

test('a program in haste is told when to come again, and another is not held up; nor may anyone guess for long', async () => {
  const codes = await Promise.all(Array.from({ length: 640 }, () => codeOf(ask('Bearer token-a'))));
  expect([codes.filter((code) => code === 'let in').length, codes.at(-1)]).toEqual([600, 'tooManyMessages']);
  expect(Number(headers['Retry-After'])).toBeGreaterThan(0);
  expect(await codeOf(ask('Bearer token-b'))).toBe('let in');
  const guesses = await Promise.all(Array.from({ length: 130 }, (_, n) => codeOf(ask(`Bearer guess-${n}`))));
  expect(new Set(guesses)).toEqual(new Set(['tokenInvalid', 'tooManyAttempts']));
});
