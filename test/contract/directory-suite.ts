import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Organisation } from '../../server/protocol/directory.ts';
import type { Twin } from './store-suite.ts';

const by = (username: string) => ({ username, ip: '10.0.0.1' });
const VNPT: Organisation = { organisationId: 'vnpt', kind: 'carrier', name: 'VNPT Bắc Kạn', contacts: [] };
const site = (siteId: string, more: object = {}) => ({ site: { siteId, name: siteId, ...more } });
const lineOf = (carrierId: string) => ({ line: { carrierId, targets: {} } });

/** What every store owes the directory: who and what it names, and who changed it. */
export function describeDirectory(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of the directory`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
    });
    afterEach(() => twin.close());

    test('REG-17 a line has a carrier that the directory knows, and that stays while it is used', async () => {
      const { sites, organisations } = twin.store;
      expect(await sites.add(site('ba-be', lineOf('vnpt')), by('lan'), 1)).toBe('organisationUnknown');
      await organisations.add(VNPT, by('lan'), 1);
      await organisations.add({ ...VNPT, organisationId: 'so-y-te', kind: 'hostUnit', name: 'Sở Y tế' }, by('lan'), 1);
      expect(await sites.add(site('ba-be', lineOf('so-y-te')), by('lan'), 1)).toBe('organisationUnknown');
      expect(await sites.add(site('ba-be', lineOf('vnpt')), by('lan'), 2)).toBe('saved');
      expect(await organisations.remove('vnpt', by('lan'), 3)).toBe('organisationInUse');
      await sites.remove('ba-be', by('lan'), 4);
      expect(await organisations.remove('vnpt', by('lan'), 5)).toBe('removed');
      expect(await organisations.remove('vnpt', by('lan'), 6)).toBe('organisationUnknown');
    });

    test('no two carriers have one name, however it is written', async () => {
      const { organisations } = twin.store;
      await organisations.add(VNPT, by('lan'), 1);
      const same = { ...VNPT, organisationId: 'other', name: 'vnpt  BẮC KẠN' };
      expect(await organisations.add(same, by('lan'), 2)).toBe('organisationExists');
      expect(await organisations.add({ ...same, kind: 'hostUnit' }, by('lan'), 2)).toBe('saved');
      expect(await organisations.change({ ...VNPT, contacts: [{ name: 'Trực 1' }] }, by('lan'), 3)).toBe('saved');
      expect(await organisations.change({ ...VNPT, organisationId: 'none' }, by('lan'), 3)).toBe('organisationUnknown');
      expect((await organisations.list()).map(({ contacts }) => contacts.length).sort()).toEqual([0, 1]);
    });

    test('REG-15 each change is on record: who, when, before and after; what changes nothing is none', async () => {
      const { sites, directoryChanges } = twin.store;
      const lan = { technicians: [{ name: 'Lan', phone: '0912 345 678' }] };
      await sites.add(site('ba-be', lan), by('an'), 1);
      await sites.change(site('ba-be', lan), by('binh'), 2);
      await sites.change(site('ba-be', { technicians: [{ name: 'Minh' }] }), by('binh'), 3);
      await sites.remove('ba-be', by('chi'), 4);
      const changes = await directoryChanges.list({ subject: 'ba-be', most: 10 });
      expect(changes.map(({ at, by }) => `${at} ${by}`)).toEqual(['4 chi', '3 binh', '1 an']);
      expect(changes[1]).toMatchObject({ kind: 'site', before: lan, after: { technicians: [{ name: 'Minh' }] } });
      expect([changes[0]?.after, changes[2]?.before]).toEqual([null, null]);
      expect(await directoryChanges.list({ most: 1 })).toHaveLength(1);
      expect(await directoryChanges.list({ subject: 'na-ri', most: 10 })).toEqual([]);
    });

    test('an import is saved whole or not at all, with its carriers and its history', async () => {
      const { sites, organisations, directoryChanges } = twin.store;
      const sip = (account: string) => ({
        sip: { account, sources: [], encryption: 'off', bridge: false, hasPassword: false },
      });
      await sites.add(site('ba-be', sip('a')), by('an'), 1);
      const carriers = [{ organisationId: 'vnpt', name: 'VNPT' }];
      const failing = { carriers, added: [site('na-ri', lineOf('vnpt')), site('ba-be')], changed: [] };
      expect(await sites.import(failing, by('an'), 2)).toBe('siteExists');
      expect(await organisations.list()).toEqual([]);
      expect(await sites.list()).toHaveLength(1);
      // An account goes from one to the other in the same sheet.
      const good = { carriers, added: [site('na-ri', sip('a'))], changed: [site('ba-be', sip('b'))] };
      expect(await sites.import(good, by('an'), 3)).toBe('saved');
      expect((await sites.list()).map(({ site: { siteId, sip } }) => [siteId, sip?.account])).toEqual([
        ['ba-be', 'b'],
        ['na-ri', 'a'],
      ]);
      expect((await directoryChanges.list({ most: 10 })).map(({ subject }) => subject)).toEqual([
        ...['na-ri', 'ba-be', 'vnpt', 'ba-be'],
      ]);
    });
  });
}
