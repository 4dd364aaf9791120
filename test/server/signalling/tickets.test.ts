import { SignJWT } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { Refused } from '../../../server/protocol/refusals.ts';
import { type TicketClaims, Tickets } from '../../../server/signalling/tickets.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const claims: TicketClaims = {
  roomId: 'giao-ban',
  participantId: 'site-1',
  role: 'site',
  kind: 'browser',
  name: 'Ba Bể',
  linkId: 'l1',
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error) => (error instanceof Refused ? error.refusal.code : String(error)),
  );

describe('tickets', () => {
  test('say who enters what as whom', async () => {
    const tickets = new Tickets(KEY);
    expect(await tickets.verify(await tickets.issue(claims))).toEqual(claims);
  });

  test('of another key, changed ones, and what is none are refused', async () => {
    const tickets = new Tickets(KEY);
    const other = await new Tickets(Buffer.alloc(32, 8).toString('base64url')).issue(claims);
    const [head, , signature] = (await tickets.issue(claims)).split('.');
    const forged = Buffer.from(JSON.stringify({ claims: { ...claims, role: 'operator' }, aud: 'ticket' }));
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${forged.toString('base64url')}.`;
    for (const ticket of [other, `${head}.${forged.toString('base64url')}.${signature}`, unsigned, '', 'x.y.z']) {
      expect(await codeOf(tickets.verify(ticket))).toBe('linkInvalid');
    }
  });

  test('for another use, or with claims that we know nothing of, are refused', async () => {
    const tickets = new Tickets(KEY);
    const sign = (payload: Record<string, unknown>, audience: string) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(audience)
        .sign(Buffer.from(KEY, 'base64url'));
    expect(await codeOf(tickets.verify(await sign({ claims }, 'ticket')))).toBe('accepted');
    expect(await codeOf(tickets.verify(await sign({ claims }, 'link')))).toBe('linkInvalid');
    expect(await codeOf(tickets.verify(await sign({ claims: { ...claims, role: 'king' } }, 'ticket')))).toBe(
      'linkInvalid',
    );
  });

  test('expire after a day', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const tickets = new Tickets(KEY);
      const ticket = await tickets.issue(claims);
      vi.advanceTimersByTime(23 * 3600_000);
      expect(await codeOf(tickets.verify(ticket))).toBe('accepted');
      vi.advanceTimersByTime(2 * 3600_000);
      expect(await codeOf(tickets.verify(ticket))).toBe('linkExpired');
    } finally {
      vi.useRealTimers();
    }
  });
});
