import { expect, test } from 'vitest';
import { LinkTokens } from '../../../server/api/link-tokens.ts';
import type { LinksPort, StoredLink } from '../../../server/api/ports.ts';
import { Refused } from '../../../server/protocol/refusals.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const HOUR_MS = 3600_000;
const link: StoredLink = {
  linkId: 'l1',
  roomId: 'giao-ban',
  role: 'site',
  name: 'Ba Bể',
  participantId: 'site-1',
  issuedAt: Date.now(),
  expiresAt: Date.now() + HOUR_MS,
};
const stored = (...links: StoredLink[]): LinksPort => ({
  add: async () => undefined,
  find: async (linkId) => links.find((l) => l.linkId === linkId),
  ofRoom: async () => links,
  revoke: async () => true,
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error) => (error instanceof Refused ? error.refusal.code : String(error)),
  );

test('a link has one token, whose record is what counts', async () => {
  const tokens = new LinkTokens(KEY, stored(link));
  const token = await tokens.tokenOf(link);
  expect(await tokens.tokenOf(link)).toBe(token);
  expect(await tokens.open(token)).toEqual(link);
  expect(token).not.toContain(Buffer.from('Ba').toString('base64url'));
});

test('what is expired, revoked, unknown or signed by someone else opens nothing', async () => {
  const tokens = new LinkTokens(KEY, stored(link));
  const expired = { ...link, issuedAt: Date.now() - 2 * HOUR_MS, expiresAt: Date.now() - HOUR_MS };
  expect(await codeOf(tokens.open(await tokens.tokenOf(expired)))).toBe('linkExpired');
  expect(await codeOf(tokens.open(await tokens.tokenOf({ ...link, linkId: 'l2' })))).toBe('linkInvalid');
  const revoked = new LinkTokens(KEY, stored({ ...link, revokedAt: 1 }));
  expect(await codeOf(revoked.open(await tokens.tokenOf(link)))).toBe('linkRevoked');
  const other = new LinkTokens(Buffer.alloc(32, 8).toString('base64url'), stored(link));
  expect(await codeOf(tokens.open(await other.tokenOf(link)))).toBe('linkInvalid');
  expect(await codeOf(tokens.open(''))).toBe('linkInvalid');
});
