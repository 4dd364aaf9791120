import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredToken } from '../../server/accounts/program-ports.ts';
import type { AuditAct, AuditEntry } from '../../server/protocol/audit.ts';
import { bookingAt, reserved } from './bookings.ts';
import type { Twin } from './store-suite.ts';

const note = (act: AuditAct, about: string): AuditEntry => ({ at: 1, by: 'lan', act, about });
const token = (tokenId: string, name: string): StoredToken => ({
  ...{ tokenId, tokenHash: `hash-${tokenId}`, name, scopes: ['bookings:read', 'sites:read'] },
  ...{ issuedAt: 5, issuedBy: 'lan', expiresAt: 50 },
});

/** What every store owes the programs that use the centre. */
export function describePrograms(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of programs`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
    });
    afterEach(() => twin.close());

    test('a token is found by its hash, named once while it holds, and revoked once; both are on record', async () => {
      const { tokens, audit } = twin.store;
      const unit: StoredToken = { ...token('a', 'Lịch'), scopes: ['bookings:write'], hostUnit: 'so-y-te' };
      expect(await tokens.add(unit, note('tokenIssued', 'Lịch'))).toBe('saved');
      expect(await tokens.find('hash-a')).toEqual(unit);
      expect(await tokens.find('a')).toBeUndefined();
      expect(await tokens.add(token('b', 'Lịch'), note('tokenIssued', 'Lịch'))).toBe('tokenNameTaken');
      await tokens.use('a', { lastUsedAt: 9, lastIp: '10.0.0.9' });
      const revoke = () => tokens.revoke('a', 10, (named) => note('tokenRevoked', named));
      expect([await revoke(), await revoke()]).toEqual(['Lịch', undefined]);
      expect(await tokens.add(token('b', 'Lịch'), note('tokenIssued', 'Lịch'))).toBe('saved');
      const next = await twin.reopen();
      expect(await next.tokens.list()).toEqual([
        { ...unit, lastUsedAt: 9, lastIp: '10.0.0.9', revokedAt: 10 },
        token('b', 'Lịch'),
      ]);
      await next.close();
      const { rows } = await audit.list({ limit: 9 });
      expect(rows.map(({ act, about }) => `${act} ${about}`)).toEqual([
        'tokenIssued Lịch',
        'tokenRevoked Lịch',
        'tokenIssued Lịch',
      ]);
    });

    test('an answer is kept by token and key, the first one, until it is too old', async () => {
      const { tokens, answers } = twin.store;
      await tokens.add(token('a', 'Lịch'), note('tokenIssued', 'Lịch'));
      const answer = { tokenId: 'a', key: 'k', fingerprint: 'f', status: 201, body: '{"n":1}', answeredAt: 10 };
      await answers.keep(answer, 0);
      await answers.keep({ ...answer, body: '{"n":2}' }, 0);
      expect(await answers.find('a', 'k')).toEqual(answer);
      expect(await answers.find('b', 'k')).toBeUndefined();
      await answers.keep({ ...answer, key: 'later', answeredAt: 30 }, 20);
      expect([await answers.find('a', 'k'), (await answers.find('a', 'later'))?.answeredAt]).toEqual([undefined, 30]);
    });

    test('bookings come page by page, a unit’s own alone, and what programs were told newest first', async () => {
      const { bookings, notices, organisations } = twin.store;
      const by = { username: 'lan', ip: '' };
      for (const organisationId of ['so-y-te', 'so-noi-vu']) {
        await organisations.add({ organisationId, name: organisationId, kind: 'hostUnit', contacts: [] }, by, 1);
      }
      const made = (bookingId: string, hour: number, unit: string) => {
        const booking = bookingAt(bookingId, hour, [`site-${bookingId}`], `desk-${bookingId}`);
        return reserved({ ...booking, booked: { ...booking.booked, hostUnitId: unit } });
      };
      await bookings.add([
        made('c', 8, 'so-y-te'),
        made('a', 8, 'so-noi-vu'),
        made('b', 8, 'so-y-te'),
        made('d', 20, 'so-y-te'),
      ]);
      const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
      const ids = async (more: object) => (await bookings.list({ ...all, ...more })).map(({ bookingId }) => bookingId);
      expect(await ids({})).toEqual(['a', 'b', 'c', 'd']);
      const [first] = await bookings.list({ ...all, most: 1 });
      const after = { startsAt: first?.booked.startsAt ?? 0, bookingId: 'b' };
      expect([await ids({ most: 2 }), await ids({ after }), await ids({ hostUnitId: 'so-y-te' })]).toEqual([
        ['a', 'b'],
        ['c', 'd'],
        ['b', 'c', 'd'],
      ]);
      const told = (noticeId: string, createdAt: number, program: string) => ({
        ...{
          noticeId,
          bookingId: 'a',
          about: 'invitation' as const,
          event: 'confirmed' as const,
          audience: 'program' as const,
        },
        ...{
          channel: 'webhook' as const,
          to: { name: program },
          version: 1,
          status: 'queued' as const,
          by: 'lan',
          createdAt,
        },
        ...{ attempts: 0, nextAt: createdAt },
      });
      await notices.add(
        [told('n1', 1, 'lich'), told('n2', 2, 'lich'), told('n3', 3, 'khac')],
        note('noticeRecorded', 'a'),
      );
      expect((await notices.ofProgram('lich', 5)).map(({ noticeId }) => noticeId)).toEqual(['n2', 'n1']);
      expect(await notices.ofProgram('lich', 1)).toMatchObject([{ noticeId: 'n2', event: 'confirmed' }]);
    });
  });
}
