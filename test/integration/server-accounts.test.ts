import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILURES_ALLOWED } from '../../server/accounts/lock-out.ts';
import type { AuditRow } from '../../server/protocol/audit.ts';
import { HttpClient, PASSWORD, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let administrator: HttpClient;
beforeAll(async () => {
  server = await ServerProcess.start();
  administrator = await signIn(server);
}, 60_000);
afterAll(() => server.close());

/** An account that has set its own password, and the browser in which it did. */
async function member(username: string, roles: string[], more: object = {}): Promise<HttpClient> {
  const added = await administrator.send('POST', '/api/accounts', { username, name: username, roles, ...more });
  expect(added.status, added.text).toBe(201);
  const { password } = added.json as { password: string };
  const client = new HttpClient(server);
  await client.send('POST', '/api/sign-in', { username, password });
  expect((await client.send('GET', '/api/rooms')).json).toMatchObject({ error: { code: 'passwordChangeRequired' } });
  await client.send('POST', '/api/password', { password, newPassword: PASSWORD });
  return client;
}
const codeOf = (answer: { json: unknown }) => (answer.json as { error?: { code: string } }).error?.code;
const acts = async (query = '') =>
  ((await administrator.send('GET', `/api/audit?limit=200${query}`)).json as { rows: AuditRow[] }).rows;

test('REG-14: each role may what its row of the table says, and is refused the rest', async () => {
  const auditor = await member('kiem-tra', ['auditor']);
  expect((await auditor.send('GET', '/api/audit')).status).toBe(200);
  expect((await auditor.send('GET', '/api/sites')).status).toBe(200);
  for (const [method, path] of [
    ['GET', '/api/accounts'],
    ['POST', '/api/rooms'],
    ['POST', '/api/sites'],
    ['DELETE', '/api/sip/bans/10.0.0.1'],
  ] as const) {
    const refused = await auditor.send(method, path, method === 'POST' ? { title: 'x', name: 'x' } : undefined);
    expect([refused.status, codeOf(refused)], path).toEqual([403, 'notPermitted']);
  }
  const operator = await member('can-bo', ['operator']);
  expect((await operator.send('POST', '/api/rooms', { title: 'Giao ban' })).status).toBe(201);
  expect(codeOf(await operator.send('GET', '/api/accounts'))).toBe('notPermitted');
  expect(codeOf(await operator.send('GET', '/api/audit'))).toBe('notPermitted');
});

test('the last administrator stays; whoever loses a right is signed out, and whoever is disabled stays out', async () => {
  for (const change of [{ disabled: true }, { standing: { roles: ['operator'] } }]) {
    expect(codeOf(await administrator.send('PATCH', '/api/accounts/operator', change))).toBe('lastAdministrator');
  }
  const lan = await member('lan', ['operator', 'auditor']);
  await administrator.send('PATCH', '/api/accounts/lan', { standing: { roles: ['auditor'] } });
  expect(codeOf(await lan.send('GET', '/api/audit'))).toBe('notSignedIn');
  expect((await lan.send('POST', '/api/sign-in', { username: 'lan', password: PASSWORD })).json).toMatchObject({
    roles: ['auditor'],
  });
  await administrator.send('PATCH', '/api/accounts/lan', { disabled: true });
  expect(codeOf(await lan.send('POST', '/api/sign-in', { username: 'lan', password: PASSWORD }))).toBe(
    'accountDisabled',
  );
  expect(
    codeOf(await administrator.send('POST', '/api/accounts', { username: 'lan', name: 'x', roles: ['site'] })),
  ).toBe('malformed');
  const again = { username: 'lan', name: 'x', roles: ['chair'] };
  expect(codeOf(await administrator.send('POST', '/api/accounts', again))).toBe('accountExists');
});

test('REG-1: a host unit requests its own meetings, and sees no other', async () => {
  await administrator.send('POST', '/api/sites', { name: 'Na Rì' });
  for (const name of ['Sở Y tế', 'Sở Tài chính']) {
    await administrator.send('POST', '/api/organisations', { kind: 'hostUnit', name });
  }
  const nowhere = { username: 'so-nao', name: 'x', roles: ['hostUnit'], hostUnit: 'so-nao' };
  expect(codeOf(await administrator.send('POST', '/api/accounts', nowhere))).toBe('organisationUnknown');
  const unit = await member('so-y-te', ['hostUnit'], { hostUnit: 'so-y-te' });
  const day = (days: number, hours: number) => Date.now() + (days * 24 + hours) * 3600_000;
  const book = (hostUnitId: string, days: number) => ({
    ...{ title: 'Họp', hostUnitId, siteIds: ['na-ri'] },
    ...{ preparationAt: day(days, 0), startsAt: day(days, 1), endsAt: day(days, 2) },
  });
  const asked = await unit.send('POST', '/api/bookings', book('so-y-te', 10));
  expect(asked.status).toBe(201);
  expect(codeOf(await unit.send('POST', '/api/bookings', book('so-tai-chinh', 11)))).toBe('notPermitted');
  expect((await administrator.send('POST', '/api/bookings', book('so-tai-chinh', 12))).status).toBe(201);
  const between = `/api/bookings?from=${day(0, 0)}&to=${day(30, 0)}`;
  const seen = async (client: HttpClient) =>
    ((await client.send('GET', between)).json as { bookings: { hostUnitId: string }[] }).bookings.length;
  expect([await seen(unit), await seen(administrator)]).toEqual([1, 2]);
  // What is over is over for everybody; that is no question of who may.
  const { bookings } = asked.json as { bookings: { bookingId: string; version: number }[] };
  const own = `/api/bookings/${bookings[0]?.bookingId}`;
  expect((await unit.send('POST', `${own}/steps`, { step: 'cancel', reason: 'Hoãn' })).status).toBe(200);
  const again = { ...book('so-y-te', 11), version: bookings[0]?.version };
  expect(codeOf(await unit.send('PUT', own, again))).toBe('stepRefused');
  for (const path of ['/api/rooms', '/api/sites', '/api/desk-settings']) {
    expect(codeOf(await unit.send('GET', path)), path).toBe('notPermitted');
  }
});

test('ten wrong passwords lock an account, whoever guesses; the administrator opens it', async () => {
  const minh = await member('minh', ['operator']);
  // Each from another address would be throttled by none: the count in the store is what locks.
  const database = new DatabaseSync(join(server.folder, 'rostrum.sqlite'));
  database.prepare('update accounts set failures = ? where username = ?').run(FAILURES_ALLOWED - 1, 'minh');
  database.close();
  const wrong = { username: 'minh', password: 'khong phai mat khau' };
  expect(codeOf(await new HttpClient(server).send('POST', '/api/sign-in', wrong))).toBe('wrongPassword');
  const right = { username: 'minh', password: PASSWORD };
  expect(codeOf(await new HttpClient(server).send('POST', '/api/sign-in', right))).toBe('accountLocked');
  expect((await minh.send('GET', '/api/session')).status).toBe(200);
  expect((await acts('&act=accountLocked')).map(({ by, about }) => [by, about])).toEqual([['system', 'minh']]);
  expect((await administrator.send('DELETE', '/api/accounts/minh/lock')).status).toBe(200);
  expect((await new HttpClient(server).send('POST', '/api/sign-in', right)).status).toBe(200);
});

test('a code of the telephone is asked for, is good once, and a recovery code stands in for it', async () => {
  const client = await member('hoa', ['operator']);
  expect(codeOf(await client.send('POST', '/api/own/totp', { password: 'wrong' }))).toBe('wrongPassword');
  const offered = await client.send('POST', '/api/own/totp', { password: PASSWORD });
  const { secret, uri } = offered.json as { secret: string; uri: string };
  expect(uri).toContain('otpauth://totp/Rostrum:hoa');
  // Of the step in which the test began: a boundary that passes meanwhile changes nothing.
  const began = Date.now();
  const code = (steps = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: began + steps * 30_000 });
  expect(codeOf(await client.send('PUT', '/api/own/totp', { code: '000000' }))).toBe('codeWrong');
  const before = client.cookie;
  const on = await client.send('PUT', '/api/own/totp', { code: code() });
  const { codes } = on.json as { codes: string[] };
  expect(new Set(codes).size).toBe(10);
  // The session goes on by another token; the old one opens nothing.
  expect(client.cookie).not.toBe(before);
  expect((await client.send('GET', '/api/session')).json).toMatchObject({ totp: true, recoveryCodes: 10 });
  const stolen = new HttpClient(server);
  stolen.cookie = before;
  expect(codeOf(await stolen.send('GET', '/api/session'))).toBe('notSignedIn');

  const enter = (more: object) =>
    new HttpClient(server).send('POST', '/api/sign-in', { username: 'hoa', password: PASSWORD, ...more });
  expect(codeOf(await enter({}))).toBe('codeRequired');
  expect(codeOf(await enter({ code: code() }))).toBe('codeWrong');
  expect((await enter({ code: code(1) })).status).toBe(200);
  expect((await enter({ code: codes[0]?.toLowerCase() })).status).toBe(200);
  expect(codeOf(await enter({ code: codes[0] }))).toBe('codeWrong');
  const stored = new DatabaseSync(join(server.folder, 'rostrum.sqlite'), { readOnly: true });
  const row = JSON.stringify(stored.prepare("select * from accounts where username = 'hoa'").get());
  stored.close();
  for (const hidden of [secret, ...codes]) expect(row).not.toContain(hidden);
  await administrator.send('DELETE', '/api/accounts/hoa/totp');
  expect((await enter({})).status).toBe(200);
});

test('one sees one’s own sessions and ends any; an administrator ends all of an account', async () => {
  const first = await member('tuan', ['operator']);
  const second = new HttpClient(server);
  await second.send('POST', '/api/sign-in', { username: 'tuan', password: PASSWORD });
  const listed = (await first.send('GET', '/api/own/sessions')).json as {
    sessions: { sessionId: string; current: boolean; ip: string }[];
  };
  expect(listed.sessions.map(({ current, ip }) => [current, ip]).sort()).toEqual([
    [false, '127.0.0.1'],
    [true, '127.0.0.1'],
  ]);
  const other = listed.sessions.find(({ current }) => !current)?.sessionId ?? '';
  expect((await first.send('DELETE', `/api/own/sessions/${other}`)).status).toBe(200);
  expect(codeOf(await second.send('GET', '/api/session'))).toBe('notSignedIn');
  expect(codeOf(await first.send('DELETE', `/api/own/sessions/${other}`))).toBe('sessionUnknown');
  await administrator.send('DELETE', '/api/accounts/tuan/sessions');
  expect(codeOf(await first.send('GET', '/api/session'))).toBe('notSignedIn');
});

test('REG-14, REG-17: what is done at the centre is on record with who, where and what, without a secret', async () => {
  const site = { name: 'Ba Bể', sip: { account: 'ba-be', password: 'mat-khau-sip-1' } };
  await administrator.send('POST', '/api/sites', site);
  await administrator.send('PUT', '/api/sites/ba-be', {
    name: 'Ba Bể',
    sip: { account: 'ba-be', password: 'mat-khau-sip-2' },
  });
  const opened = await administrator.send('POST', '/api/rooms', { title: 'Họp', siteIds: ['ba-be'] });
  const { roomId } = opened.json as { roomId: string };
  const issued = await administrator.send('POST', `/api/rooms/${roomId}/links`, {
    role: 'site',
    name: 'Chợ Đồn',
    validHours: 1,
  });
  const { linkId } = issued.json as { linkId: string };
  await administrator.send('DELETE', `/api/rooms/${roomId}/links/${linkId}`);
  await administrator.send('DELETE', '/api/sip/bans/10.9.9.9');
  await administrator.send('GET', '/api/sites/sheet?format=csv');
  const rows = (await acts('&by=operator')).map(({ act, about, ip }) => `${act} ${about} ${ip}`);
  for (const wanted of [
    ...['siteAdded ba-be', 'siteChanged ba-be', `meetingOpened ${roomId}`, `sitesInvited ${roomId}`],
    ...[`linkIssued ${roomId}`, `linkRevoked ${roomId}`, 'banLifted 10.9.9.9', 'listDownloaded sites'],
    ...['accountAdded lan', 'accountDisabled lan', 'accountUnlocked minh', 'signedIn operator'],
  ]) {
    expect(rows).toContain(`${wanted} 127.0.0.1`);
  }
  const text = JSON.stringify(await acts());
  for (const secret of [PASSWORD, 'mat-khau-sip', server.oneTimePassword]) expect(text).not.toContain(secret);
});

test('the log cannot be changed, and a forged row is found by the first that is broken', async () => {
  const database = new DatabaseSync(join(server.folder, 'rostrum.sqlite'));
  for (const forgery of [
    "update audit set by = 'nobody' where seq = 2",
    'delete from audit where seq = 2',
    "insert or replace into audit values (2, 1, 'x', 'banLifted', '', '{}', '')",
  ]) {
    expect(() => database.exec(forgery)).toThrow('the audit log only grows');
  }
  const sound = await verify();
  expect([sound.status, sound.text]).toEqual([
    0,
    expect.stringMatching(/^\d+ rows hold; hash of the last one: [0-9a-f]{64}\n$/),
  ]);
  const head = sound.text.trim().slice(-64);
  await administrator.send('DELETE', '/api/sip/bans/10.9.9.8');
  expect((await verify(head)).status).toBe(0);
  const cutOff = await verify('f'.repeat(64));
  expect([cutOff.status, cutOff.text]).toEqual([1, expect.stringContaining('the end of the log was cut off')]);
  // Whoever has the file can take the triggers away, but not make the chain hold.
  database.exec("drop trigger audit_no_update; update audit set by = 'nobody' where seq = 3");
  database.close();
  const broken = await verify();
  expect([broken.status, broken.text]).toEqual([1, expect.stringMatching(/^Row 3 was changed[^\n]*\n2 rows hold/)]);
});

/** `npm run audit -- verify`, beside the server that runs. */
async function verify(...known: string[]): Promise<{ status: number; text: string }> {
  const script = fileURLToPath(new URL('../../infra/audit.ts', import.meta.url));
  const child = spawn(process.execPath, [script, 'verify', ...known, '--data', server.folder], {
    env: { ...process.env, LC_ALL: 'en_GB.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [text, [status]] = await Promise.all([readText(child.stdout), once(child, 'close')]);
  return { status, text };
}
