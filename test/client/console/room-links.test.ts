import { expect, it } from 'vitest';
import { linkStatus } from '../../../client/console/room-links.ts';
import type { LinkSummary } from '../../../server/protocol/http.ts';

const link: LinkSummary = {
  linkId: 'l',
  role: 'site',
  name: 'n',
  issuedAt: 0,
  expiresAt: 100,
  url: 'https://h/join#t',
};

it('is valid until it expires or is revoked', () => {
  expect(linkStatus(link, 99)).toBe('valid');
  expect(linkStatus(link, 100)).toBe('expired');
  expect(linkStatus({ ...link, revokedAt: 5 }, 99)).toBe('revoked');
});
