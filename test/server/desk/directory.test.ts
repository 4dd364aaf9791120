import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Directory } from '../../../server/desk/directory.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import type { AuditEntry } from '../../../server/protocol/audit.ts';
import { type SaveSite, saveSiteSchema } from '../../../server/protocol/http.ts';
import type { SipBinding } from '../../../server/protocol/wire.ts';
import { type Fixture, openFixture } from '../room-parts.ts';

let fixture: Fixture;
let rooms: OpenRooms;
let directory: Directory;
const LAN = { username: 'lan', ip: '10.0.0.1' };
const NOTE: AuditEntry = { at: 1, by: 'lan', act: 'sitesInvited', about: '' };
const logger = pino({ level: 'silent' });
const open = () => Directory.open({ store: fixture.store, rooms, logger, now: fixture.parts.now });
beforeEach(async () => {
  fixture = await openFixture();
  rooms = await OpenRooms.recover(fixture.parts);
  directory = await open();
});
afterEach(async () => {
  await rooms.close();
  await fixture.close();
});

const codec = (account: string, more: object = {}): SaveSite =>
  saveSiteSchema.parse({
    name: account,
    sip: { account, password: 'right-12', ...more },
  });
const refusal = (code: string) => expect.objectContaining({ refusal: expect.objectContaining({ code }) });
const binding = (account: string, expiresAt: number): SipBinding => ({
  account,
  contact: `sip:${account}@10.0.0.5`,
  source: { transport: 'udp', ip: '10.0.0.5', port: 5060 },
  callId: 'a',
  cseq: 1,
  expiresAt,
  userAgent: 'TANDBERG/529',
});

describe('a site', () => {
  test('gets its id from its name', async () => {
    const named = (name: string) => directory.add({ name }, LAN);
    expect((await named('Sở Y tế')).siteId).toBe('so-y-te');
    expect((await named('sở y tế')).siteId).toBe('so-y-te-2');
    expect((await named('Đồng Hỷ')).siteId).toBe('dong-hy');
    expect((await named('***')).siteId).toBe('site');
    await expect(directory.add({ name: 'x', siteId: 'so-y-te' }, LAN)).rejects.toEqual(refusal('siteExists'));
  });

  test('of a sheet gets an id that no row after it asks for', async () => {
    const rows = [
      ['Tên điểm cầu', 'Mã điểm cầu'],
      ['Tân Sơn', ''],
      ['Tân Sơn (Chợ Mới)', 'tan-son'],
    ];
    expect(await directory.import(rows, { save: true, by: LAN })).toMatchObject({ saved: true });
    expect((await directory.list()).map(({ siteId, name }) => [siteId, name])).toEqual([
      ['tan-son-2', 'Tân Sơn'],
      ['tan-son', 'Tân Sơn (Chợ Mới)'],
    ]);
  });

  test('never gives its password back, and keeps no more than its hashes', async () => {
    const site = await directory.add(codec('babe'), LAN);
    expect(site.sip).toMatchObject({ account: 'babe', hasPassword: true });
    expect(JSON.stringify(await directory.list())).not.toContain('password":"');
    const password = codec('babe').sip?.password;
    const ha1 = directory.account('BABE').ha1;
    expect(ha1.md5).toBe(createHash('md5').update(`babe:rostrum:${password}`).digest('hex'));
    expect(ha1.sha256).toBe(createHash('sha256').update(`babe:rostrum:${password}`).digest('hex'));
  });

  test('keeps its password when it is saved without, and loses it with its account', async () => {
    await directory.add(codec('babe'), LAN);
    const { password: _password, ...rest } = codec('babe').sip ?? { sources: [], encryption: 'off', bridge: false };
    await directory.change('babe', { name: 'Ba Bể', sip: rest }, LAN);
    expect(directory.account('babe').siteId).toBe('babe');
    await directory.change('babe', { name: 'Ba Bể', sip: { ...rest, account: 'other' } }, LAN);
    expect(() => directory.account('babe')).toThrow(refusal('siteUnknown'));
    expect(() => directory.account('other')).toThrow(refusal('siteUnknown'));
  });

  test('shares its account with nobody, also in the same instant', async () => {
    const both = await Promise.allSettled([
      directory.add(codec('a'), LAN),
      directory.add({ ...codec('a'), siteId: 'b' }, LAN),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({ reason: { refusal: { code: 'accountTaken' } } });
  });

  test('is there after a restart', async () => {
    await directory.add(codec('babe', { sources: ['10.1.0.0/16'] }), LAN);
    expect(await (await open()).list()).toEqual(await directory.list());
  });
});

describe('a caller is known', () => {
  const idOf = (proof: Parameters<Directory['identify']>[0]) => directory.identify(proof)?.siteId;

  test('by its account, its certificate, its network, or the address it is called at', async () => {
    const certificate = 'ab'.repeat(32);
    await directory.add(codec('one', { sources: ['10.1.0.0/16', 'fd00::/8'] }), LAN);
    await directory.add({ ...codec('two', { certificate }) }, LAN);
    await directory.add(codec('three', { address: 'sip:room@10.9.9.9:5080' }), LAN);
    expect(idOf({ account: 'two', ip: '10.1.2.3' })).toBe('two');
    expect(idOf({ certificate, ip: '10.1.2.3' })).toBe('two');
    expect(idOf({ ip: '10.1.2.3' })).toBe('one');
    expect(idOf({ ip: 'fd00::7' })).toBe('one');
    expect(idOf({ ip: '10.9.9.9' })).toBe('three');
    expect(idOf({ ip: '192.0.2.1' })).toBeUndefined();
    expect(idOf({ account: 'nobody', ip: '10.1.2.3' })).toBeUndefined();
  });

  test('where its network is, which is told to whom it concerns', async () => {
    let told = 0;
    directory.watch(() => (told += 1));
    await directory.add(codec('one', { sources: ['10.1.0.0/16'], address: 'sip:x@[fd00::7]:5060' }), LAN);
    expect(directory.networks()).toEqual(['10.1.0.0/16', 'fd00::7']);
    expect(told).toBe(1);
  });

  test('not where two sites could be meant', async () => {
    await directory.add(codec('one', { sources: ['10.1.0.0/16'] }), LAN);
    await directory.add(codec('two', { sources: ['10.1.2.0/24'] }), LAN);
    expect(idOf({ ip: '10.1.2.3' })).toBeUndefined();
    expect(idOf({ ip: '10.1.3.3' })).toBe('one');
  });
});

describe('a meeting', () => {
  test('has a PIN of its own and knows whom it invited, also when the directory changes', async () => {
    await directory.add(codec('babe'), LAN);
    const [one, two] = [await rooms.create('Một'), await rooms.create('Hai')];
    await directory.invite(one.roomId, ['babe'], NOTE);
    await expect.poll(() => Object.keys(one.state.sites)).toEqual(['babe']);
    await expect.poll(() => two.state.pin).toMatch(/^\d{6}$/);
    expect(one.state.pin).not.toBe(two.state.pin);
    expect(two.state.sites).toEqual({});
    await directory.change('babe', { name: 'Ba Bể' }, LAN);
    await expect.poll(() => one.state.sites.babe?.name).toBe('Ba Bể');
    await directory.remove('babe', LAN);
    await expect.poll(() => one.state.sites).toEqual({});
    expect(await directory.invited(one.roomId)).toEqual([]);
  });

  test('draws another PIN where its own is drawn by one that opens in the same turn', async () => {
    // A directory of its own, so that two writers stand at one store; each draws what the other has.
    const drawn = () => {
      const pins = ['111111', '111111', '222222', '333333'];
      return () => pins.shift() ?? '';
    };
    const others = { ...fixture.parts, log: fixture.store.log };
    const elsewhere = await OpenRooms.recover(others);
    const parts = { store: fixture.store, logger, now: fixture.parts.now };
    const here = await OpenRooms.recover(fixture.parts);
    await Directory.open({ ...parts, rooms: here, drawPin: drawn() });
    await Directory.open({ ...parts, rooms: elsewhere, drawPin: drawn() });
    const opened = await Promise.all([here.create('Một'), here.create('Hai'), elsewhere.create('Ba')]);
    const pins = () => opened.map(({ state }) => state.pin);
    await expect.poll(() => pins().every((pin) => pin !== undefined)).toBe(true);
    expect(new Set(pins()).size).toBe(3);
    await Promise.all([here.close(), elsewhere.close()]);
  });

  test('invites no one who is no site, and nobody of such a list', async () => {
    await directory.add(codec('babe'), LAN);
    const room = await rooms.create('Một');
    await expect(directory.invite(room.roomId, ['babe', 'x'], NOTE)).rejects.toEqual(refusal('siteUnknown'));
    expect(await directory.invited(room.roomId)).toEqual([]);
  });
});

describe('a registration', () => {
  test('shows in the list until it expires, and outlives a restart', async () => {
    await directory.add(codec('babe'), LAN);
    const now = fixture.parts.now();
    await directory.reportRegistrations('babe', [binding('babe', now + 60_000)]);
    await directory.reportRegistrations('nobody', [binding('nobody', now + 60_000)]);
    expect(await (await open()).registrations()).toEqual([binding('babe', now + 60_000)]);
    const [site] = await directory.list();
    expect(site?.registered).toMatchObject({ contacts: ['sip:babe@10.0.0.5'], userAgent: 'TANDBERG/529' });
    await directory.reportRegistrations('babe', []);
    expect((await directory.list())[0]?.registered).toBeUndefined();
    await directory.reportRegistrations('babe', [binding('babe', now - 1)]);
    expect(await directory.registrations()).toEqual([]);
  });

  test('ends with its account', async () => {
    await directory.add(codec('babe'), LAN);
    await directory.reportRegistrations('babe', [binding('babe', fixture.parts.now() + 60_000)]);
    await directory.change('babe', codec('other'), LAN);
    expect(await directory.registrations()).toEqual([]);
  });
});
