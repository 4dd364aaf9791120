import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyChain } from '../../server/accounts/audit-chain.ts';
import { FAILURES_ALLOWED } from '../../server/accounts/lock-out.ts';
import type { Account, StoredSession } from '../../server/accounts/ports.ts';
import type { AuditAct, AuditEntry } from '../../server/protocol/audit.ts';
import type { Twin } from './store-suite.ts';

const account = (username: string, ...roles: Account['roles']): Account => ({
  ...{ username, name: username, roles, passwordHash: 'h', oneTime: false, createdAt: 1 },
  ...{ failures: 0, totpStep: 0, recoveryCodes: [] },
});
const session = (tokenHash: string, username: string): StoredSession => ({
  ...{ sessionId: `id-${tokenHash}`, tokenHash, username, openedAt: 1, lastUsedAt: 1, expiresAt: 100 },
  ...{ ip: '10.0.0.1', userAgent: 'Firefox' },
});
const note = (act: AuditAct, about = 'lan', at = 5): AuditEntry => ({ at, by: 'chi', act, about });

/** What every store owes of accounts, sign-ins, devices and the audit log. */
export function describeAccounts(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of accounts`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
      await twin.store.accounts.add(account('chi', 'administrator'), note('accountAdded', 'chi'));
      await twin.store.accounts.add(account('lan', 'operator'), note('accountAdded'));
    });
    afterEach(() => twin.close());
    const query = { limit: 50 };
    const acts = async () => (await twin.store.audit.list(query)).rows.map(({ act, about }) => `${act} ${about}`);

    test('an account is there once, and keeps what is not changed', async () => {
      const { accounts } = twin.store;
      expect(await accounts.add(account('lan', 'auditor'), note('accountAdded'))).toBe('accountExists');
      expect(await acts()).toEqual(['accountAdded lan', 'accountAdded chi']);
      await accounts.change('lan', { siteId: 'ba-be', roles: ['site'] }, 2);
      await accounts.change('lan', { name: 'Lan' }, 3);
      expect(await accounts.find('lan')).toMatchObject({ name: 'Lan', siteId: 'ba-be', roles: ['site'], failures: 0 });
      await accounts.change('lan', { siteId: undefined }, 3);
      expect((await accounts.find('lan'))?.siteId).toBeUndefined();
      expect(await accounts.change('nobody', {}, 3)).toBe('accountUnknown');
      expect((await accounts.list()).map(({ username }) => username)).toEqual(['chi', 'lan']);
    });

    test('REG-14: the last administrator stays, also of two that remove each other at once', async () => {
      const { accounts } = twin.store;
      const together = { note: note('accountDisabled', 'chi') };
      expect(await accounts.change('chi', { disabledAt: 4 }, 4, together)).toBe('lastAdministrator');
      expect(await accounts.change('chi', { roles: ['auditor'] }, 4)).toBe('lastAdministrator');
      expect(await acts()).not.toContain('accountDisabled chi');
      await accounts.change('lan', { roles: ['administrator'] }, 4);
      const results = await Promise.all([
        accounts.change('chi', { disabledAt: 5 }, 5),
        accounts.change('lan', { disabledAt: 5 }, 5),
      ]);
      expect(results.sort()).toEqual(['lastAdministrator', 'saved']);
    });

    test('failures are counted one by one, also at once, and the lock is on record when it falls', async () => {
      const { accounts } = twin.store;
      const fail = () => accounts.countFailure('lan', 1_000, note('accountLocked'));
      await Promise.all(Array.from({ length: FAILURES_ALLOWED - 1 }, fail));
      expect((await accounts.find('lan'))?.lockedUntil).toBeUndefined();
      await fail();
      const locked = await accounts.find('lan');
      expect(locked?.failures).toBe(FAILURES_ALLOWED);
      expect(locked?.lockedUntil).toBeGreaterThan(1_000);
      expect((await acts())[0]).toBe('accountLocked lan');
    });

    test('a code of the telephone and one of recovery are good once', async () => {
      const { accounts } = twin.store;
      expect(await Promise.all([accounts.takeTotpStep('lan', 7), accounts.takeTotpStep('lan', 7)])).toEqual([
        true,
        false,
      ]);
      expect([await accounts.takeTotpStep('lan', 6), await accounts.takeTotpStep('lan', 8)]).toEqual([false, true]);
      await accounts.change('lan', { recoveryCodes: ['a', 'b'] }, 2);
      const take = () => accounts.takeRecoveryCode('lan', 'a', note('recoveryCodeUsed'));
      expect(await Promise.all([take(), take()])).toEqual([true, false]);
      expect((await accounts.find('lan'))?.recoveryCodes).toEqual(['b']);
    });

    test('a session is found by its token until it expires or is closed, and keeps its name when the token changes', async () => {
      const { accounts, signIns } = twin.store;
      await signIns.open(session('t', 'lan'), note('signedIn'));
      await signIns.open(session('u', 'lan'), undefined);
      expect(await signIns.find('t', 99)).toEqual(session('t', 'lan'));
      expect(await signIns.find('t', 100)).toBeUndefined();
      await signIns.use('id-t', { lastUsedAt: 50, expiresAt: 200, ip: '10.0.0.2' });
      expect((await signIns.of('lan', 60)).map(({ sessionId }) => sessionId)).toEqual(['id-t', 'id-u']);
      await signIns.rotate('id-t', 'fresh');
      expect([await signIns.find('t', 60), await signIns.findById('id-t', 60)]).toMatchObject([
        undefined,
        { tokenHash: 'fresh' },
      ]);
      expect(await signIns.close('chi', 'id-t')).toBe(false);
      expect(await signIns.close('lan', 'id-t', note('sessionEnded'))).toBe(true);
      await accounts.change('lan', { passwordHash: 'h2' }, 2, { note: note('passwordChanged'), endSessions: true });
      expect(await signIns.find('u', 60)).toBeUndefined();
      await expect(signIns.open(session('v', 'nobody'), undefined)).rejects.toThrow();
      expect(await acts()).toEqual([
        'passwordChanged lan',
        'sessionEnded lan',
        'signedIn lan',
        'accountAdded lan',
        'accountAdded chi',
      ]);
    });

    test('REG-14: a code enrols one device of its site; a revoked one is nobody', async () => {
      const { devices, sites } = twin.store;
      await sites.add({ site: { siteId: 'ba-be', name: 'Ba Bể' } }, { username: 'lan', ip: '' }, 1);
      const offer = { siteId: 'ba-be', issuedBy: 'lan', expiresAt: 50 };
      await devices.offer({ ...offer, codeHash: 'old' }, note('enrolmentIssued', 'ba-be'));
      await devices.offer({ ...offer, codeHash: 'c' }, note('enrolmentIssued', 'ba-be'));
      expect(await devices.take('old', 2)).toBeUndefined();
      const taken = await Promise.all([devices.take('c', 2), devices.take('c', 2)]);
      expect(taken).toEqual([{ ...offer, codeHash: 'c' }, undefined]);
      await devices.offer({ ...offer, codeHash: 'late' }, note('enrolmentIssued', 'ba-be'));
      expect(await devices.take('late', 50)).toBeUndefined();
      const times = { enrolledAt: 3, lastSeenAt: 3 };
      const device = { deviceId: 'd', siteId: 'ba-be', tokenHash: 't', name: 'Máy 1', ...times, ip: '', userAgent: '' };
      await devices.add(device, note('deviceEnrolled', 'ba-be'));
      await devices.see('d', { lastSeenAt: 9, ip: '10.0.0.9', userAgent: 'Chrome' });
      expect(await devices.find('t')).toMatchObject({ lastSeenAt: 9, ip: '10.0.0.9', name: 'Máy 1' });
      expect([
        await devices.revoke('d', note('deviceRevoked')),
        await devices.revoke('d', note('deviceRevoked')),
      ]).toEqual([true, false]);
      expect([await devices.findById('d'), await devices.list()]).toEqual([undefined, []]);
    });

    test('REG-14: a codec that announces something else is flagged until the centre has seen it', async () => {
      const { registrations, sites } = twin.store;
      const sip = {
        account: 'ba-be',
        sources: [],
        encryption: 'preferred' as const,
        bridge: false,
        hasPassword: false,
      };
      await sites.add({ site: { siteId: 'ba-be', name: 'Ba Bể', sip } }, { username: 'lan', ip: '' }, 1);
      const register = (userAgent: string, contact: string, at: number) => {
        const source = { transport: 'udp' as const, ip: '10.0.0.5', port: 5060 };
        const binding = { account: 'ba-be', contact, source, userAgent, callId: 'c', cseq: at, expiresAt: at + 1_000 };
        return registrations.replace('ba-be', [binding], at);
      };
      await register('Poly/4.1', 'sip:room@10.0.0.5:5060', 1);
      await register('Poly/4.1', 'sip:room@10.0.0.5:49152;transport=tcp', 2);
      await registrations.replace('ba-be', [], 3);
      expect(await registrations.changed()).toEqual([]);
      await register('Poly/4.2', 'sip:room@10.0.0.5:5060', 4);
      await register('Poly/4.2', 'sip:room@10.0.0.9:5060', 5);
      const flagged = { siteId: 'ba-be', before: 'Poly/4.1 (10.0.0.5)', after: 'Poly/4.2 (10.0.0.9)', at: 5 };
      expect(await registrations.changed()).toEqual([flagged]);
      expect(await acts()).toContain('codecChanged ba-be');
      await registrations.acknowledge('ba-be', note('codecAccepted', 'ba-be'));
      await registrations.acknowledge('ba-be', note('codecAccepted', 'ba-be'));
      expect(await registrations.changed()).toEqual([]);
      expect((await acts()).filter((act) => act.startsWith('codecAccepted'))).toHaveLength(1);
    });

    test('the audit log is one chain, also of acts at once, and is found by who, what, about and when', async () => {
      const { audit } = twin.store;
      await Promise.all([1, 2, 3, 4, 5].map((at) => audit.append(note('banLifted', `10.0.0.${at}`, at * 10))));
      const { sound, broken } = await verifyChain(audit.rows());
      expect([sound, broken]).toEqual([7, undefined]);
      const about = async (more: object) => (await audit.list({ ...query, ...more })).rows.map((row) => row.about);
      expect(await about({ act: 'accountAdded' })).toEqual(['lan', 'chi']);
      expect(await about({ about: '0.0.3' })).toEqual(['10.0.0.3']);
      expect([await about({ about: '%' }), await about({ about: '0_0' })]).toEqual([[], []]);
      expect(await about({ from: 20, to: 40 })).toHaveLength(2);
      expect(await about({ by: 'nobody' })).toEqual([]);
      const first = await audit.list({ limit: 3 });
      expect([first.rows.map(({ seq }) => seq), first.more]).toEqual([[7, 6, 5], true]);
      const next = await audit.list({ limit: 50, before: 5 });
      expect([next.rows.map(({ seq }) => seq), next.more]).toEqual([[4, 3, 2, 1], false]);
    });
  });
}
